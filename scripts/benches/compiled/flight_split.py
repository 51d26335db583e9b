"""A prediction of the flight model with its look-up, before models were compiled and now: where the CPU goes."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benches.compiled.flight_world import FlightWorld, flight_world
from benches.compiled.packages import event_of
from benches.measuring import BENCHES, PROGRESS, ratio
from benches.online_table import TABLE, online_table
from serin.adapters.online import DynamoOnlineFeatures
from serin.serving.compiled.kernel import kernel_at

SIZES: Mapping[int, int] = {1: 100, 10: 40, 100: 12}
"""Rows of a request, and how many requests a process is sent."""
RUNTIMES: Mapping[str, Any] = {"before": "scikit-learn", "after": "compiled"}
PARTS = ("lookup", "features", "model", "log", "request", "whole")
BEFORE = (
    "before: scored by scikit-learn (SERIN_RUNTIME=scikit-learn), views asked of DynamoDB by botocore's client, each "
    "row's views counted by itself; today's items, which are a third of what there were, today's checks and log"
)


def flight_split(kernel: Path, rounds: int) -> Mapping[str, Any]:
    """CPU, in ms, of the first answer of a process, and of a request by its size, part by part; medians of rounds.

    `times_less` are the medians of what is before divided by what is now, round by round.
    """
    with tempfile.TemporaryDirectory() as scratch, online_table() as variables:
        folder = Path(scratch)
        world = flight_world(folder, kernel_at(kernel))
        _fill(world, variables)
        (folder / "requests.json").write_text(json.dumps(_requests(world)))
        measured: dict[str, list[Any]] = {name: [] for name in RUNTIMES}
        for number in range(rounds):
            for name in RUNTIMES:
                PROGRESS.print(f"flights, round {number + 1} of {rounds}: {name}")
                measured[name].append(_run(folder, world, variables, name))
    return {
        "what": BEFORE,
        "rounds": rounds,
        "start": _start(measured),
        **{str(size): _of(measured, str(size)) for size in SIZES},
    }


def _start(measured: Mapping[str, Sequence[Any]]) -> Mapping[str, float]:
    """From a process's start to its first answer, less what an answer costs that is not the first."""
    starts = {name: [one["first_ms"] - one["1"]["whole"] for one in runs] for name, runs in measured.items()}
    return _compared(starts["before"], starts["after"])


def _of(measured: Mapping[str, Sequence[Any]], size: str) -> Mapping[str, Any]:
    def part(name: str, which: str) -> list[float]:
        return [run[size].get(which, 0.0) for run in measured[name]]

    return {which: _compared(part("before", which), part("after", which)) for which in PARTS}


def _compared(before: Sequence[float], after: Sequence[float]) -> Mapping[str, float]:
    less = statistics.median(old / new for old, new in zip(before, after, strict=True))
    old, new = statistics.median(before), statistics.median(after)
    return {"before_ms": round(old, 3), "after_ms": round(new, 3), "times_less": ratio(less, 1)}


def _requests(world: FlightWorld) -> Mapping[str, Any]:
    """Other flights in each request, the latest first, and again from the front once all have been asked."""
    flights, requests = world.flights, {}
    for size, count in SIZES.items():
        rows = [[flights[-1 - (at * size + n) % len(flights)] for n in range(size)] for at in range(count)]
        requests[str(size)] = [event_of(batch) for batch in rows]
    return requests


def _fill(world: FlightWorld, variables: Mapping[str, str]) -> None:
    """Put into the table what is known."""
    import boto3

    address: str = variables["AWS_ENDPOINT_URL"]
    access: Any = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}
    client: Any = boto3.client("dynamodb", endpoint_url=address, region_name="us-east-1", **access)
    online = DynamoOnlineFeatures(lambda: client, TABLE)
    online.write(list(world.values))
    online.write_buckets(list(world.buckets))


def _run(folder: Path, world: FlightWorld, variables: Mapping[str, str], name: str) -> Any:
    import boto3

    of_function = world.function.variables(RUNTIMES[name])
    # Lambda's own runtime brings boto3; no layer does.
    paths = f"{of_function['PYTHONPATH']}{os.pathsep}{Path(boto3.__file__).parents[1]}"
    environment = {
        **variables, **of_function, "PYTHONPATH": paths, "SERIN_FEATURES_TABLE": TABLE,
        "SERIN_CLOCK_FILE": str(world.clock),
    }  # fmt: skip
    command = [sys.executable, "-S", str(BENCHES / "ours" / "flight_split.py"), str(folder / "requests.json"), name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])
