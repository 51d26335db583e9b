"""What is wrong with a file: every fault with its line, gathered so that one reading shows them all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from serin.domain.errors import Invalid

FieldPath = tuple[str | int, ...]
_ROW = re.compile(r"\[[0-9]+\]")


@dataclass(frozen=True)
class Finding:
    """Something a check found at a field; the line is looked up by whoever holds the file."""

    path: FieldPath
    found: str
    remedy: str


@dataclass(frozen=True)
class Fault:
    """A finding in its file. `line` counts from 1."""

    file: str
    line: int
    field: str
    found: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: "
        return f"{where}{self.field}: {self.found}" if self.field else f"{where}{self.found}"

    @property
    def line_with_remedy(self) -> str:
        """What is wrong and what to do, on one line."""
        return _with_remedy(str(self), self.remedy)


def dotted(path: FieldPath) -> str:
    """The path as a reader writes it: `inputs.distance.min`, `features.model_uses[2]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def shown_file(path: Path) -> str:
    """How messages name a file: from `models/` on, never the machine's folders above it."""
    parts = path.parts
    start = len(parts) - 1 - parts[::-1].index("models") if "models" in parts else max(0, len(parts) - 3)
    return "/".join(parts[start:])


def shown(value: object) -> str:
    """A value as messages quote it: short, and never more than a line."""
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


class InvalidFiles(Invalid):
    """One error for all faults of files, one a line, file by file; of several each line says its remedy.

    What is wrong in the same way in many rows of a list is one fault, told at the first of them.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        files = list(dict.fromkeys(fault.file for fault in faults))
        self.faults = tuple(sorted(set(faults), key=lambda one: (files.index(one.file), one.line, one.field)))
        alike = Counter(map(_kind, self.faults))
        first = tuple({_kind(fault): fault for fault in reversed(self.faults)}.values())[::-1]
        if len(first) == 1:
            super().__init__(_line(first[0], alike), first[0].remedy, first[0].field or None)
        else:
            lines = (_with_remedy(_line(fault, alike), fault.remedy) for fault in first)
            super().__init__("\n".join(lines), f"Correct these {len(first)} places.")


def invalid(faults: Sequence[Fault]) -> InvalidFiles:
    """One error that lists every fault, one a line."""
    return InvalidFiles(faults)


def together(errors: Sequence[Invalid]) -> Invalid:
    """The faults of several files as one error; what is no fault of a line comes last."""
    faults = [fault for error in errors if isinstance(error, InvalidFiles) for fault in error.faults]
    others = [error for error in errors if not isinstance(error, InvalidFiles)]
    ordered = [*([invalid(faults)] if faults else []), *others]
    if len(ordered) == 1:
        return ordered[0]
    return Invalid("\n".join(one.message for one in ordered), "\n".join(one.remedy for one in ordered))


def _with_remedy(found: str, remedy: str) -> str:
    return f"{found}{'' if found.endswith(('.', '?')) else '.'} {remedy}"


def _kind(fault: Fault) -> tuple[str, str, str]:
    """What faults of many rows have in common; all others are kinds of their own."""
    row = _ROW.match(fault.field)
    return (fault.file, fault.field[row.end() :], fault.remedy) if row else (str(fault), fault.field, fault.remedy)


def _line(fault: Fault, alike: Mapping[tuple[str, str, str], int]) -> str:
    more = alike[_kind(fault)] - 1
    return f"{fault}, and so in {more:,} more row{'s' if more > 1 else ''}" if more else str(fault)
