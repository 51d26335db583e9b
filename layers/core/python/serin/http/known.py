"""Names in a path or query that must be somebody's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Path

from serin.domain.charter import Charter
from serin.domain.errors import NotFound
from serin.domain.names import checked_name

Version = Annotated[int, Path(ge=1, le=999_999_999)]


def known_model(model: str, charters: Mapping[str, Charter]) -> str:
    """The name of a deployed model, else NotFound, which names no other: not every token may know them."""
    if checked_name(model, "model") not in charters:
        raise NotFound(f"There is no model {model!r}.", "Check the name or deploy its charter.")
    return model
