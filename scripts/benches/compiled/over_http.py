"""What a request over HTTP costs: the function's own handler behind a bare server, beside an echo and other servers."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from benches.compiled.http_peers import HTTP_PEERS, Rows, Running, running
from benches.compiled.packages import Function
from benches.measuring import BENCHES, PROGRESS, ratio
from serin.domain.errors import Unavailable

SIZES: Mapping[str, tuple[int, int, int]] = {"http_1": (1, 1500, 150), "http_100": (100, 150, 30)}
"""Rows of a request, and how many requests are sent in a round: to us and the echo, and to others, who take longer."""
KINDS = ("handler", "silent", "echo")
WARM = 20
COMPARED = 100
Ask = Callable[[str, int], float]
"""The CPU, in ms, of a request of a size in a round."""


def over_http(folder: Path, function: Function, rounds: int, peers: bool, seed: int) -> Mapping[str, Any]:
    """CPU of each server's process for a request of distinct rows, less its start, round after round in turn.

    Ratios are of one round, and of these the median. A peer that cannot be installed or does not start is named.
    """
    rows = json.loads((folder / "rows.json").read_text())
    random.Random(seed).shuffle(rows)
    missing: dict[str, str] = {}
    differences: dict[str, float] = {}
    with ExitStack() as stack:
        ours = {kind: stack.enter_context(_server(kind, function)) for kind in KINDS}
        who: dict[str, Ask] = {kind: partial(_of_ours, connection, rows) for kind, connection in ours.items()}
        for name, peer in HTTP_PEERS.items() if peers else ():
            try:
                server = stack.enter_context(running(peer, folder))
                differences[name] = _worst(_probabilities(ours["handler"], rows), server.probabilities(rows[:COMPARED]))
                who[name] = partial(_of_theirs, server, rows)
            except (Unavailable, SystemExit) as error:
                PROGRESS.print(f"{name} is left out: {error}")
                missing[name] = str(error)[-1500:]
        figures = {size: _figures(who, size, rounds) for size in SIZES}
    about = {"seed": seed, "rounds": rounds, "worst_difference": differences, "not_installed": missing}
    return {**figures, "http_peers": about}


def _figures(who: Mapping[str, Ask], size: str, rounds: int) -> Mapping[str, Any]:
    costs: dict[str, list[float]] = {name: [] for name in who}
    for number in range(rounds):
        for name, ask in who.items():
            PROGRESS.print(f"{size}, round {number + 1} of {rounds}: {name}")
            costs[name].append(ask(size, number))
    middle = {name: statistics.median(spent) for name, spent in costs.items()}
    return {
        "cpu_ms": round(middle["handler"], 4),
        **{f"vs_{name}": paired(costs[name], costs["handler"]) for name in who if name not in KINDS},
        "times_echo": paired(costs["handler"], costs["echo"]),
        "without_log": {
            "cpu_ms": round(middle["silent"], 4),
            **{f"vs_{name}": paired(costs[name], costs["silent"]) for name in who if name not in KINDS},
            "times_echo": paired(costs["silent"], costs["echo"]),
        },
        "of_others_ms": {name: round(cost, 4) for name, cost in middle.items() if name not in ("handler", "silent")},
    }


def paired(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """How many times as much, round by round, and of these the median."""
    return ratio(statistics.median(a / b for a, b in zip(theirs, ours, strict=True)), 1)


def _batches(rows: Rows, size: str, number: int, count: int) -> list[Rows]:
    """So many requests of the size, others in each round, for as long as there are others."""
    many, first = SIZES[size][0], number * count
    return [[rows[(at * many + n) % len(rows)] for n in range(many)] for at in range(first, first + count + WARM)]


def _of_ours(connection: HTTPConnection, rows: Rows, size: str, number: int) -> float:
    count = SIZES[size][1]
    bodies = [json.dumps({"instances": batch}).encode() for batch in _batches(rows, size, number, count)]
    return _per_request(partial(_answer, connection), partial(_cpu, connection), bodies)


def _of_theirs(server: Running, rows: Rows, size: str, number: int) -> float:
    bodies = server.bodies(_batches(rows, size, number, SIZES[size][2]))
    return _per_request(server.answer, server.cpu_ms, bodies)


def _per_request(answer: Callable[[bytes], bytes], cpu_ms: Callable[[], float], bodies: Sequence[bytes]) -> float:
    for body in bodies[:WARM]:
        answer(body)
    began = cpu_ms()
    for body in bodies[WARM:]:
        answer(body)
    return (cpu_ms() - began) / len(bodies[WARM:])


def _probabilities(connection: HTTPConnection, rows: Rows) -> list[float]:
    answer = json.loads(_answer(connection, json.dumps({"instances": rows[:COMPARED]}).encode()))
    return [row["probability"] for row in answer["predictions"]]


def _worst(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(ours, theirs, strict=True))


@contextmanager
def _server(kind: str, function: Function) -> Iterator[HTTPConnection]:
    command = [sys.executable, "-S", str(BENCHES / "ours" / "bare_server.py"), kind]
    with subprocess.Popen(
        command, env=dict(function.variables("compiled")), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        port = process.stderr.readline()
        if not port.strip().isdigit():
            raise SystemExit(port + process.stderr.read())
        try:
            yield HTTPConnection("127.0.0.1", int(port))
        finally:
            process.terminate()


def _answer(connection: HTTPConnection, body: bytes) -> bytes:
    connection.request("POST", "/", body)
    return connection.getresponse().read()


def _cpu(connection: HTTPConnection) -> float:
    connection.request("GET", "/cpu")
    return float(connection.getresponse().read())
