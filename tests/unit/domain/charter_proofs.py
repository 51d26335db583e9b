"""What a proof that a charter's field changes something is made of."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serin.domain.charter import Charter
from serin.files.charters import Examined
from tests.unit.files.written_model import Edits


@dataclass(frozen=True)
class Read:
    """A model that was read, and where it lies."""

    examined: Examined
    folder: Path

    @property
    def charter(self) -> Charter:
        return self.examined.charter

    def functions(self, call: str) -> Callable[..., Any]:
        """The function of the model's code that `call` names."""
        module, _, name = call.partition(":")
        found: Callable[..., Any] = runpy.run_path(str(self.folder / f"{module}.py"))[name]
        return found


@dataclass(frozen=True)
class Proof:
    """Words of the files that are changed, what is looked at, and what it shows once they are."""

    edits: Mapping[str, str]
    looked_at: Callable[[Read], object]
    shows: object
    files: Edits | None = None
