"""How much processor time a process has taken, and what those of a function took together."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_USER, _SYSTEM = 11, 12
"""Places in what /proc says of a process, after its name, which may have blanks in it."""


@dataclass(frozen=True)
class Spent:
    """How often a function was executed, and seconds of processor time that took."""

    executions: int = 0
    cpu_s: float = 0.0


def cpu_s(pid: int) -> float:
    """Seconds of all its threads so far; 0 when it has gone, and where the system has no /proc (macOS)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / os.sysconf("SC_CLK_TCK")
