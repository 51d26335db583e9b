"""The ports as an invocation sees them: every call is a step, after which another may be next, and may go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from benches.schedules.baton import Invocation
from benches.schedules.faults import Chance
from benches.schedules.trace import Trace
from serin.domain.buckets import Bucket
from serin.domain.features import OnlineValues


class Step(Protocol):
    """Makes a call, named `port.method`, when the schedule lets it, and as its fault has it."""

    def __call__(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """What the call has answered."""


def step_of(invocation: Invocation, chance: Chance, trace: Trace) -> Step:
    """The steps of one invocation."""

    def step(name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        for _ in range(chance.turns(name)):
            invocation.pause()
        fault = chance.draw(name)
        invocation.faults += fault is not None
        trace.add(invocation.name, name, arguments, fault)
        return chance.apply(fault, name, partial(function, *arguments))

    return step


class Stepping:
    """A port of which every call is one step."""

    def __init__(self, name: str, port: Any, step: Step) -> None:
        self._name, self._port, self._step = name, port, step

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return partial(self._step, f"{self._name}.{method}", getattr(self._port, method))


class SteppingObjects(Stepping):
    """A bucket: what is sent is the file as it was then, and what comes back is kept by who still waits for it."""

    def get_each(self, keys: Sequence[str]) -> Iterator[bytes]:
        return (self._step(f"{self._name}.get", self._port.get, key) for key in keys)

    def fetch(self, key: str, into: Path, version_id: str | None = None) -> None:
        into.write_bytes(self._step(f"{self._name}.fetch", self._port.get, key, version_id))

    def put_file(self, key: str, file: Path) -> None:
        self._step(f"{self._name}.put_file", self._port.put, key, file.read_bytes())


class SteppingOnline:
    """Online features of which every item is a step of its own, for each is a write of its own on DynamoDB."""

    def __init__(self, port: Any, step: Step) -> None:
        self._port, self._step = port, step

    def write(self, values: Sequence[OnlineValues]) -> int:
        # Polars gives rows in any order, and a seed must mean one schedule.
        ordered = sorted(values, key=lambda value: value.key.id)
        return sum(self._step("online.write", self._port.write, [value]) for value in ordered)

    def write_buckets(self, buckets: Sequence[Bucket]) -> int:
        ordered = sorted(buckets, key=lambda bucket: bucket.key.id)
        return sum(self._step("online.write_buckets", self._port.write_buckets, [bucket]) for bucket in ordered)
