"""The models that a user writes, in the checkout that a command is typed in."""

from __future__ import annotations

from pathlib import Path

from serin.domain.charter import Access, Charter
from serin.domain.errors import NotFound
from serin.domain.names import checked_name
from serin.files.charters import read_charter

MODELS = Path("models")


def charter_of(model: str) -> Charter:
    """The charter in this checkout; NotFound where there is none."""
    return read_charter(charter_file(model))


def charter_file(model: str) -> Path:
    """Where the charter lies in this checkout; NotFound where there is none."""
    path = MODELS / checked_name(model, "model") / "model.yaml"
    if not path.is_file():
        known = ", ".join(sorted(one.parent.name for one in MODELS.glob("[!_]*/model.yaml"))) or "none yet"
        raise NotFound(f"There is no {path}.", f"Check the name; the models of this folder are: {known}.", "model")
    return path


def access_of(model: str) -> Access:
    """How the charter in this checkout wants callers to show who they are; by a token where there is none."""
    path = MODELS / checked_name(model, "model") / "model.yaml"
    return read_charter(path).access if path.is_file() else "token"
