"""How a command ends, where its result alone does not say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """A result to show, and whether what was asked for was done: a command that did nothing ends with 1."""

    result: Any
    done: bool
