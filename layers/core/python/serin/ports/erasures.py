"""What erasing people needs of the catalog, of the online features and of workflows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from serin.domain.datasets import DatasetHead, Part, Upload
from serin.domain.erasures import Erasure


class ErasureRecords(Protocol):
    """Who was erased, and records as an erasure leaves them."""

    def save_erasure(self, erasure: Erasure) -> None:
        """Remember an erasure, or replace what is known of it."""

    def erasure(self, erasure_id: str) -> Erasure:
        """That erasure; raises NotFound."""

    def erasures(self) -> Sequence[Erasure]:
        """All that there ever were, oldest first."""

    def note_rewritten(self, dataset: str, upload_id: str, before: str) -> None:
        """Remember that content of that id is what an erasure has left of the upload `before`."""

    def rewritten(self, dataset: str, upload_id: str) -> str | None:
        """Of which upload content of that id is what an erasure has left; None where it is of none."""

    def replace_part(self, part: Part, upload: Upload) -> None:
        """In one transaction: a part that is there, and its upload, as an erasure has left them."""

    def replace_upload(self, upload: Upload) -> None:
        """An upload that is there, as an erasure has left it."""

    def replace_head(self, head: DatasetHead, before: DatasetHead) -> bool:
        """The head of a dataset whose parts have changed; False, with nothing written, unless it is `before`."""


class ErasableFeatures(Protocol):
    """The online features, for whoever may take an entity out of them."""

    def forget(self, ids: Sequence[str]) -> int:
        """Delete the items of these ids (`serin.domain.features.EntityKey`); how many there were."""


class Erasures(Protocol):
    """The workflow that erases people."""

    def start(self, erasure: Erasure) -> None:
        """Begin an erasure, or take it up where it has stopped; nothing happens while it goes on, or once it has ended.

        Raises Conflict for one that stops again and again.
        """
