"""What a model's package says of the model inside: enough to build its table and to read its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from serin.domain.charter import Scalar, Task
from serin.domain.compilation import Compilation

ColumnKind = Literal["numeric", "categorical"]
BEFORE = "models were not compiled when it was trained"


class Column(Protocol):
    """A column of a manifest, in whatever form it was read; `ModelColumn` says what it means."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> ColumnKind: ...
    @property
    def categories(self) -> Sequence[str]: ...


class Facts(Protocol):
    """What is asked of a manifest, in whatever form it was read."""

    @property
    def task(self) -> Task: ...
    @property
    def classes(self) -> Sequence[Scalar]: ...
    @property
    def columns(self) -> Sequence[Column]: ...
    @property
    def uncompiled(self) -> str | None: ...


@dataclass(frozen=True)
class ModelColumn:
    """A column of the model's table: float64 or str, NaN for null in both.

    `categories` are the values seen in training, sorted; a model must bear others.
    """

    name: str
    kind: ColumnKind
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """Facts of a fitted model that hold whatever version number it gets.

    `classes` are the label's values in the order of the scores, the positive one last for a binary task (in a manifest
    older than `positive` in charters: the greater one), none for regression. `sha256` is the digest of `model.joblib`,
    `runtime` the versions it was fitted with. `compilation` says whether there is a `model.bin` that answers the same;
    a manifest older than compiled models says nothing.
    """

    model: str
    task: Task
    training_set: str
    params: Mapping[str, Scalar]
    columns: tuple[ModelColumn, ...]
    classes: tuple[Scalar, ...]
    runtime: Mapping[str, str]
    sha256: str
    compilation: Compilation | None = None

    @property
    def uncompiled(self) -> str | None:
        """Why there is no compiled model, where there is none."""
        return BEFORE if self.compilation is None else self.compilation.reason
