"""What the stacks ask of packaging."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, Self

from infra.packaging.cache import Asset


class Packages(Protocol):
    """Everything the functions of one stage run: their own code and their layers."""

    def function(self, name: str) -> Asset:
        """The code of one function, by its folder's name."""

    def layer(self, name: str) -> Asset:
        """A layer: `core`, `data`, `science`, `web`, `kernel`, `charters`, `code-<model>` or, for images, `runtime`."""

    def job_program(self) -> Path:
        """The archive of code that training jobs begin with."""

    def for_jobs(self) -> Self:
        """The same, made for where training jobs run."""
