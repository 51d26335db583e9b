"""What `predict` costs as a function: from a process's start to its first answer, and a request over HTTP."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benches.compiled.packages import Function, event_of, function_of
from benches.compiled.subjects import make_subjects, subject_columns
from benches.measuring import BENCHES, PROGRESS, interleaved, median, peer, ratio
from serin.serving.compiled.kernel import kernel_at

EMPTY = "import json, time; print(json.dumps({'cpu_ms': time.process_time() * 1000}))"
SIZES: Mapping[str, tuple[int, int]] = {"http_1": (1, 1500), "http_100": (100, 150)}
"""Rows of a request, and how many requests are sent in a round."""
KINDS = ("handler", "silent", "echo")


def served(kernel: Path, rounds: int, peers: bool) -> Mapping[str, Any]:
    """The figures of both."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make_subjects(folder, only=("histogram",))
        function = function_of(folder, subject_columns(folder), kernel_at(kernel))
        return {"cold": cold(folder, function, rounds, peers), **over_http(folder, function, rounds)}


def cold(folder: Path, function: Function, rounds: int, peers: bool) -> Mapping[str, Any]:
    """CPU of the first answer of a process, byte-code at hand, as Lambda has it."""
    rows = folder / "rows.json"
    (folder / "event.json").write_text(json.dumps(event_of(json.loads(rows.read_text())[:1])))
    own = [str(BENCHES / "ours" / "cold.py"), str(folder / "event.json")]
    science = {"PYTHONPATH": str(function.paths[2])}
    theirs = [str(BENCHES / "peers" / "sklearn_cold.py"), str(folder), str(rows)]
    who: dict[str, Callable[[], Mapping[str, Any]]] = {
        "compiled": lambda: _told(own, function.variables("compiled")),
        "forced_to_sklearn": lambda: _told(own, function.variables("scikit-learn")),
        "sklearn_pandas": lambda: _told(theirs, science),
        "empty_python": lambda: _told(["-c", EMPTY], {}),
    }
    if peers:
        peer("onnx", "onnx_convert", folder)
        who["onnx"] = lambda: peer("onnx", "onnx_cold", folder, rows)
    costs = {name: median(measurements, "cpu_ms") for name, measurements in interleaved(rounds, who).items()}
    ours = costs["compiled"]
    return {
        "cpu_ms": round(ours, 1),
        **{f"vs_{name}": ratio(cost, ours) for name, cost in costs.items() if name not in ("compiled", "empty_python")},
        "times_empty_python": ratio(ours, costs["empty_python"]),
        "of_others_ms": {name: round(cost, 1) for name, cost in costs.items() if name != "compiled"},
    }


def over_http(folder: Path, function: Function, rounds: int) -> Mapping[str, Any]:
    """CPU of a server's process for a request of distinct rows, less its start."""
    rows = json.loads((folder / "rows.json").read_text())
    figures: dict[str, Any] = {}
    for name, (size, count) in SIZES.items():
        bodies = [
            json.dumps({"instances": [rows[(first * size + n) % len(rows)] for n in range(size)]}).encode()
            for first in range(count)
        ]
        asked = {kind: partial(_asked, kind, function, bodies) for kind in KINDS}
        costs = {kind: median(measurements, "cpu_ms") for kind, measurements in interleaved(rounds, asked).items()}
        figures[name] = {
            "cpu_ms": round(costs["handler"], 4),
            "without_log_ms": round(costs["silent"], 4),
            "echo_ms": round(costs["echo"], 4),
            "times_echo": ratio(costs["handler"], costs["echo"]),
        }
    return figures


def _asked(kind: str, function: Function, bodies: Sequence[bytes]) -> Mapping[str, float]:
    with _server(kind, function) as connection:
        for body in bodies[:20]:
            _answer(connection, body)
        began = _cpu(connection)
        for body in bodies:
            _answer(connection, body)
        return {"cpu_ms": (_cpu(connection) - began) / len(bodies)}


@contextmanager
def _server(kind: str, function: Function) -> Iterator[http.client.HTTPConnection]:
    command = [sys.executable, "-S", str(BENCHES / "ours" / "bare_server.py"), kind]
    with subprocess.Popen(
        command, env=dict(function.variables("compiled")), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        port = process.stderr.readline()
        if not port.strip().isdigit():
            raise SystemExit(port + process.stderr.read())
        try:
            yield http.client.HTTPConnection("127.0.0.1", int(port))
        finally:
            process.terminate()


def _answer(connection: http.client.HTTPConnection, body: bytes) -> bytes:
    connection.request("POST", "/", body)
    return connection.getresponse().read()


def _cpu(connection: http.client.HTTPConnection) -> float:
    connection.request("GET", "/cpu")
    return float(connection.getresponse().read())


def _told(arguments: Sequence[str], variables: Mapping[str, str]) -> Mapping[str, Any]:
    done = subprocess.run(
        [sys.executable, "-S", *arguments], env=dict(variables), capture_output=True, text=True, check=False
    )
    if done.returncode:
        PROGRESS.print(done.stderr[-3000:])
        raise SystemExit(f"{arguments[0]} ended with {done.returncode}")
    told: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
