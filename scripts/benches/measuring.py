"""Measured work in processes of their own, round after round, so that a busy moment meets everybody alike."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from infra.packaging.tools import tool_packages

ROOT = Path(__file__).parents[2]
LIBRARY, SCRIPTS, BENCHES = ROOT / "layers" / "core" / "python", ROOT / "scripts", Path(__file__).parent
Found = Mapping[str, Any]
Rounds = Mapping[str, Sequence[Found]]
# Peers that would tell their makers of their use are asked not to.
Environment = Mapping[str, str]
NOTHING: Environment = {}
QUIET = {"GX_ANALYTICS_ENABLED": "false", "FEAST_USAGE": "false", "DO_NOT_TRACK": "1"}
PROGRESS = Console(stderr=True)


def ours(script: str, *arguments: object, environment: Environment = NOTHING) -> Found:
    """What `benches/ours/<script>.py` prints of itself, run with our packages and the library."""
    return _run([sys.executable, _path("ours", script), *arguments], f"{LIBRARY}:{SCRIPTS}", environment)


def peer(packages: str, script: str, *arguments: object, environment: Environment = NOTHING) -> Found:
    """What `benches/peers/<script>.py` prints of itself, run with the packages of one lock and none of ours."""
    return _run([sys.executable, "-S", _path("peers", script), *arguments], str(tool_packages(packages)), environment)


def interleaved(rounds: int, who: Mapping[str, Callable[[], Found]]) -> Rounds:
    """What everybody found in each round."""
    measurements: dict[str, list[Found]] = {name: [] for name in who}
    for number in range(rounds):
        for name, run in who.items():
            PROGRESS.print(f"round {number + 1} of {rounds}: {name}")
            measurements[name].append(run())
    return measurements


def median(measurements: Iterable[Found], key: str) -> float:
    """The median of one figure; of a list of figures in each, the median of all."""
    values = [one[key] for one in measurements]
    flat: list[float] = [value for item in values for value in (item if isinstance(item, list) else [item])]
    return round(statistics.median(flat), 6)


def ratio(theirs: float, ours: float) -> float:
    """How many times as much."""
    return round(theirs / ours, 2)


def _path(kind: str, script: str) -> Path:
    return BENCHES / kind / f"{script}.py"


def _run(command: Sequence[object], packages: str, more: Environment) -> Found:
    environment = {**os.environ, **QUIET, **more, "PYTHONPATH": packages}
    words = [str(word) for word in command]
    ended = subprocess.run(words, check=False, capture_output=True, text=True, env=environment)
    if ended.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {ended.returncode}:\n{ended.stderr[-4000:]}")
    figures: Found = json.loads(ended.stdout.splitlines()[-1])
    return figures
