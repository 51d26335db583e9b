"""Compiled models: whether they answer what scikit-learn answers, what files they survive, and what a row costs.

`--only agreement`: every covered estimator after every covered transformer for every task, on real rows. `random`:
pipelines put together at random. `files`: model files with bytes changed, by a kernel that stops at undefined
behaviour. `cost`: CPU of one row, of 1,000 and of 100,000; with `--peers` beside onnxruntime, and where they take the
model tl2cgen and timber, whose features are given ready. `served`: CPU of the function `predict` from its start to its
first answer, and of a request over HTTP; with `--peers` beside onnxruntime, MLflow, BentoML, MLServer and FastAPI.
`flights`: where the CPU of a prediction of flights goes, whose views are looked up, before models were compiled and
now.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benches.compiled.agreement import Tally, agreement, cases, random_agreement
from benches.compiled.flight_split import flight_split
from benches.compiled.served import served
from benches.compiled.subjects import MODELS, make_subjects
from benches.measuring import PROGRESS, interleaved, median, ours, peer, ratio
from infra.packaging.built import BuiltPackages
from infra.packaging.kernel import LIBRARY, PACKAGE
from infra.settings import Target, this_architecture, this_python
from serin.serving.compiled.kernel import kernel_at

ROOT = Path(__file__).parents[2]
PARTS = ("agreement", "random", "files", "cost", "served", "flights")
EDGES = 20_000
PEERS: Mapping[str, tuple[str, ...]] = {
    "onnx": ("histogram", "logistic", "forest"),
    # tl2cgen needs half an hour of a compiler for the forest; neither takes a linear model.
    "treelite": ("histogram",),
    "timber": ("histogram",),
}
WORK = {"one_row": "one_row_us", "bulk_1k": "bulk_1k_ms", "bulk_100k": "bulk_100k_ms"}


def kernel_path() -> Path:
    """The kernel of the layer for this machine."""
    target = Target("local", this_python(), this_architecture())
    return BuiltPackages(ROOT, target, ()).layer("kernel").folder / "python" / PACKAGE / LIBRARY


def matrix() -> Mapping[str, Any]:
    """All cases."""
    tally, kernel = Tally(), kernel_at(kernel_path())
    for name, rows, pipeline in cases():
        tally.add(name, agreement(pipeline, rows, kernel, EDGES))
    return tally.figures()


def at_random(count: int, seed: int) -> Mapping[str, Any]:
    """So many pipelines that scikit-learn can fit."""
    tally, kernel = Tally(), kernel_at(kernel_path())
    while tally.pipelines < count:
        random_agreement(tally, random.Random(f"{seed}.{tally.pipelines + tally.unfit}"), kernel, 3000)
    return tally.figures()


def files(count: int, seed: int) -> Mapping[str, Any]:
    """In a process of its own, for one that leaves its memory ends it."""
    script = Path(__file__).parent / "compiled" / "surviving.py"
    done = subprocess.run(
        [sys.executable, str(script), str(count), str(seed)], capture_output=True, text=True, check=False
    )
    survived: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    return {**survived, "crashed": done.returncode != 0, "said": done.stderr[-500:]}


def cost(rounds: int, peers: bool) -> Mapping[str, Any]:
    """Figures of each model, and everybody's CPU divided by ours."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, kernel = Path(scratch), kernel_path()
        about = make_subjects(folder)
        return {name: {**about[name], **_costs(name, folder, kernel, rounds, peers)} for name in MODELS}


def _costs(name: str, folder: Path, kernel: Path, rounds: int, peers: bool) -> Mapping[str, Any]:
    who: dict[str, Callable[[], Mapping[str, Any]]] = {
        "compiled": lambda: ours("compiled_rows", folder, name, kernel),
        "sklearn": lambda: peer("onnx", "sklearn_rows", folder, name),
    }
    for other in (other for other, models in PEERS.items() if peers and name in models):
        who[other] = _asked(other, folder, name)
    PROGRESS.print(f"cost of {name}")
    measured = interleaved(rounds, who)
    costs: dict[str, Any] = {}
    for work, key in WORK.items():
        compiled = median(measured["compiled"], key)
        others = {other: median(figures, key) for other, figures in measured.items() if other != "compiled"}
        unit = "cpu_us" if key.endswith("us") else "cpu_ms"
        costs[work] = {unit: round(compiled, 3), **{f"vs_{other}": ratio(t, compiled) for other, t in others.items()}}
    if "explain_us" in measured["compiled"][0]:
        costs["explain_us"] = round(median(measured["compiled"], "explain_us"), 1)
    if "timber" in measured:
        costs["timber_apart_from_sklearn"] = measured["timber"][0]["apart"]
    return costs


def _asked(other: str, folder: Path, name: str) -> Callable[[], Mapping[str, Any]]:
    return lambda: peer(other, f"{other}_rows", folder, name)


def main() -> None:
    """Print the figures; 1 when an answer differs or a file ends a process."""
    parser = ArgumentParser(prog="bench serving", description=__doc__)
    parser.add_argument("--peers", action="store_true", help="install other libraries and servers, and ask them too")
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--pipelines", type=int, default=2000)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    arguments = parser.parse_args()
    parts: Mapping[str, Callable[[], Mapping[str, Any]]] = {
        "agreement": matrix,
        "random": lambda: at_random(arguments.pipelines, arguments.seed),
        "files": lambda: files(arguments.files, arguments.seed),
        "cost": lambda: cost(arguments.rounds, arguments.peers),
        "served": lambda: served(kernel_path(), arguments.rounds, arguments.peers, arguments.seed),
        "flights": lambda: flight_split(kernel_path(), arguments.rounds),
    }
    figures: dict[str, Any] = {}
    for name in (arguments.only,) if arguments.only else PARTS:
        began = time.process_time()
        measured = parts[name]()
        # What is served is told by name: `cold`, `http_1`, `http_100`.
        figures |= measured if name == "served" else {name: measured}
        figures[f"{name}_cpu_s"] = round(time.process_time() - began, 1)
    print(json.dumps(figures, indent=2))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    wrong = [*figures.get("agreement", {}).get("wrong", ()), *figures.get("random", {}).get("wrong", ())]
    sys.exit(1 if wrong or figures.get("files", {}).get("crashed") else 0)


if __name__ == "__main__":
    main()
