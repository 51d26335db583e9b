"""Other people's servers with the same model: how each is started, asked in its own form, and read."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from benches.compiled.subjects import TEXTS
from benches.measuring import BENCHES, QUIET
from infra.packaging.tools import tool_packages

Rows = Sequence[Mapping[str, Any]]
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
PATIENCE_S = 180


@dataclass(frozen=True)
class HttpPeer:
    """A server: the lock of its packages, its script below `peers`, where it is asked, how, and what it answers."""

    lock: str
    script: str
    path: str
    body: Callable[[Rows], Any]
    probabilities: Callable[[Any], Sequence[float]]


def _split(rows: Rows) -> Any:
    return {"dataframe_split": {"columns": list(rows[0]), "data": [list(row.values()) for row in rows]}}


def _tensors(rows: Rows) -> Any:
    """One a column, as MLServer makes a DataFrame of."""
    tensors = [
        {
            "name": name,
            "shape": [len(rows), 1],
            "datatype": "BYTES" if name in TEXTS else "FP64",
            "data": [row[name] for row in rows],
            **({"parameters": {"content_type": "str"}} if name in TEXTS else {}),
        }
        for name in rows[0]
    ]
    return {"parameters": {"content_type": "pd"}, "inputs": tensors, "outputs": [{"name": "predict_proba"}]}


def _of_predictions(answer: Any) -> Sequence[float]:
    return [row["probability"] for row in answer["predictions"]]


HTTP_PEERS: Mapping[str, HttpPeer] = {
    "mlflow": HttpPeer(
        "mlflow", "mlflow_server", "/invocations", _split, lambda answer: [row[1] for row in answer["predictions"]]
    ),
    "bentoml": HttpPeer(
        "bentoml", "bentoml_server", "/predict", lambda rows: {"rows": list(rows)}, lambda answer: answer
    ),
    "mlserver": HttpPeer(
        "mlserver", "mlserver_server", "/v2/models/flights/infer", _tensors,
        lambda answer: answer["outputs"][0]["data"][1::2],
    ),
    "fastapi_onnx": HttpPeer(
        "fastapi", "fastapi_onnx_server", "/predict", lambda rows: {"instances": list(rows)}, _of_predictions
    ),
    "fastapi_sklearn": HttpPeer(
        "fastapi", "fastapi_sklearn_server", "/predict", lambda rows: {"instances": list(rows)}, _of_predictions
    ),
}  # fmt: skip


class Running:
    """A server that answers, its connection kept."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, peer: HttpPeer) -> None:
        self._process, self._port, self._peer = process, port, peer
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def bodies(self, batches: Sequence[Rows]) -> list[bytes]:
        """The requests of these rows, in its form; the first of them opens a connection anew."""
        # While others were measured, it may have closed one that was idle.
        self._connection.close()
        return [json.dumps(self._peer.body(rows)).encode() for rows in batches]

    def answer(self, body: bytes) -> bytes:
        """What it answers; SystemExit for a refusal."""
        self._connection.request("POST", self._peer.path, body, {"Content-Type": "application/json"})
        reply = self._connection.getresponse()
        content = reply.read()
        if reply.status != 200:
            raise SystemExit(f"{self._peer.script} answered {reply.status}: {content[:500]!r}")
        return content

    def probabilities(self, rows: Rows) -> Sequence[float]:
        """What it says of these rows."""
        (body,) = self.bodies([rows])
        return self._peer.probabilities(json.loads(self.answer(body)))

    def cpu_ms(self) -> float:
        """What its process has used so far, all threads together."""
        # Linux' clock of another process: https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html
        return time.clock_gettime(~self._process.pid << 3 | 2) * 1000

    def waits(self) -> None:
        """Until it listens; SystemExit where it ends before."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and self._process.poll() is None:
            if _listens(self._port):
                return
            time.sleep(0.2)
        raise SystemExit(f"{self._peer.script} does not listen")


@contextmanager
def running(peer: HttpPeer, folder: Path) -> Iterator[Running]:
    """The server of a peer, with the model that `make_subjects` left in the folder."""
    port, log = _free_port(), folder / f"{peer.script}.log"
    variables = {**os.environ, **QUIET, **ONE_THREAD, "PYTHONPATH": str(tool_packages(peer.lock))}
    command = [sys.executable, "-S", str(BENCHES / "peers" / f"{peer.script}.py"), str(folder), str(port)]
    with log.open("wb") as said, subprocess.Popen(command, env=variables, stdout=said, stderr=said) as process:
        try:
            server = Running(process, port, peer)
            server.waits()
            yield server
        except SystemExit as error:
            raise SystemExit(f"{error}\n{log.read_text(errors='replace')[-3000:]}") from error
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
