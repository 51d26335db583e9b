"""What is wrong with a file: every fault with its line, gathered so that one reading shows them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from serin.domain.errors import Invalid

FieldPath = tuple[str | int, ...]


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


def invalid(faults: Sequence[Fault]) -> Invalid:
    """One error that lists every fault, one a line, in the order of the file."""
    ordered = sorted(set(faults), key=lambda fault: (fault.file, fault.line, fault.field))
    message = "\n".join(str(fault) for fault in ordered)
    if len(ordered) == 1:
        return Invalid(message, ordered[0].remedy, ordered[0].field or None)
    remedies = "\n".join(f"{fault.file}:{fault.line}: {fault.remedy}" for fault in ordered)
    return Invalid(message, f"Correct these {len(ordered)} places:\n{remedies}")
