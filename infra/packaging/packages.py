"""What the stacks ask of packaging."""

from __future__ import annotations

from typing import Protocol

from infra.packaging.cache import Asset


class Packages(Protocol):
    """Everything the functions of one stage run: their own code and their layers."""

    def function(self, name: str) -> Asset:
        """The code of one function, by its folder's name."""

    def layer(self, name: str) -> Asset:
        """A layer: `core`, `data`, `science`, `web`, `kernel`, `charters`, `code-<model>` or, for images, `runtime`."""
