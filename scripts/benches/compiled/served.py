"""What `predict` costs as a function: from a process's start to its first answer, and a request over HTTP."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benches.compiled.over_http import over_http, paired
from benches.compiled.packages import Function, event_of, function_of
from benches.compiled.subjects import make_subjects, subject_columns
from benches.measuring import BENCHES, PROGRESS, interleaved, peer
from serin.serving.compiled.kernel import kernel_at

EMPTY = "import json, time; print(json.dumps({'cpu_ms': time.process_time() * 1000}))"


def served(kernel: Path, rounds: int, peers: bool, seed: int) -> Mapping[str, Any]:
    """The figures of both."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make_subjects(folder, only=("histogram",))
        function = function_of(folder, subject_columns(folder), kernel_at(kernel))
        if peers:
            peer("onnx", "onnx_convert", folder)
        http = over_http(folder, function, rounds, peers, seed)
        return {"cold": cold(folder, function, rounds, peers), **http}


def cold(folder: Path, function: Function, rounds: int, peers: bool) -> Mapping[str, Any]:
    """CPU of the first answer of a process, byte-code at hand, as Lambda has it; ratios as `over_http` gives them."""
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
        who["onnx"] = lambda: peer("onnx", "onnx_cold", folder, rows)
    measured = {name: [run["cpu_ms"] for run in runs] for name, runs in interleaved(rounds, who).items()}
    costs, ours = {name: statistics.median(runs) for name, runs in measured.items()}, measured["compiled"]
    others = [name for name in who if name not in ("compiled", "empty_python")]
    return {
        "cpu_ms": round(costs["compiled"], 1),
        **{f"vs_{name}": paired(measured[name], ours) for name in others},
        "times_empty_python": paired(ours, measured["empty_python"]),
        "of_others_ms": {name: round(cost, 1) for name, cost in costs.items() if name != "compiled"},
    }


def _told(arguments: Sequence[str], variables: Mapping[str, str]) -> Mapping[str, Any]:
    done = subprocess.run(
        [sys.executable, "-S", *arguments], env=dict(variables), capture_output=True, text=True, check=False
    )
    if done.returncode:
        PROGRESS.print(done.stderr[-3000:])
        raise SystemExit(f"{arguments[0]} ended with {done.returncode}")
    told: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
