"""How a command ends, where its result alone does not say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """A result to show, and whether what was asked for was done: a command that did nothing ends with 1.

    `said` are the lines that a person reads in its place; without --json nobody has to read a record.
    """

    result: Any
    done: bool = True
    said: Sequence[str] = ()
