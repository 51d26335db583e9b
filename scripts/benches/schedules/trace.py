"""What happened in a schedule, in order: kept as it comes, told only when somebody wants to read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benches.schedules.faults import Fault

LONGEST = 160


@dataclass
class Trace:
    """The steps so far."""

    steps: list[tuple[str, str, Sequence[Any], Fault | None]] = field(default_factory=list)

    def add(self, who: str, what: str, arguments: Sequence[Any] = (), fault: Fault | None = None) -> None:
        """One step."""
        self.steps.append((who, what, arguments, fault))

    def lines(self) -> list[str]:
        """One line a step, numbered."""
        return [f"{number:4} {_line(*step)}" for number, step in enumerate(self.steps, 1)]


def _line(who: str, what: str, arguments: Sequence[Any], fault: Fault | None) -> str:
    shown = ", ".join(_short(argument) for argument in arguments)
    return f"{who:10} {what}({shown}){f'   ! {fault}' if fault else ''}"


def _short(argument: Any) -> str:
    told = f"<{len(argument)} bytes>" if isinstance(argument, bytes) else repr(argument)
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}…"
