"""Files of rows, `serin init` on them in a folder of its own, and the answers a person would give."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from serin.data.features.joins import training_rows
from serin.data.files.reading import read_table
from serin.files.models import ModelFolder, read_models
from serin_cli.command_line.app import result_of
from tests.checking import check

BEGIN = datetime(2024, 1, 1, 12, tzinfo=UTC)
ROWS = 600
LABELS: dict[str, Callable[[random.Random], str]] = {
    "binary": lambda chance: chance.choice(["no", "yes"]),
    "multiclass": lambda chance: chance.choice(["low", "middle", "high"]),
    "regression": lambda chance: f"{chance.gauss(50, 10):.3f}",
}
TIMES: dict[str, str] = {"timestamp": "%Y-%m-%dT%H:%M:%SZ", "local": "%Y-%m-%d %H:%M:%S", "date": "%Y-%m-%d"}


def rows(task: str = "regression", time: str = "timestamp", count: int = ROWS) -> str:
    """A CSV with an id, a time, four columns a model may use, and a label."""
    chance = random.Random(0)
    lines = ["order_id,at,size,colour,urgent,weight,label"]
    for number in range(count):
        at = (BEGIN + timedelta(hours=3 * number)).strftime(TIMES[time])
        colour = chance.choice(["red", "blue", "NA"])
        values = [f"o{number:05}", at, str(chance.randrange(99)), colour, chance.choice(["true", "false"])]
        lines.append(",".join([*values, f"{chance.random():.4f}", LABELS[task](chance)]))
    return "\n".join(lines) + "\n"


def run(folder: Path, text: str, *words: str, name: str = "orders", as_json: bool = True) -> Any:
    """`serin init <name> --from <the text> --label label …` in `folder`, which must be the present one."""
    file = folder / f"{name}.csv"
    file.write_text(text)
    label = () if "--label" in words else ("--label", "label")
    more = ["--json"] if as_json else []
    return result_of("init", name, "--from", str(file), *label, *words, *more)


def answer(folder: Path, floor: str = "1000") -> None:
    """Replace every question below `folder` by an answer."""
    for path in (folder / "models").rglob("*.yaml"):
        lines = []
        for line in path.read_text().splitlines():
            before, asked, _ = line.partition(": <")
            lines.append(f"{before}: {floor if before.startswith('      ') else 'It is so.'}" if asked else line)
        path.write_text("\n".join(lines) + "\n")


def learnt(folder: Path, name: str = "orders") -> tuple[ModelFolder, pl.DataFrame]:
    """The model as the platform reads it, and the training rows it makes of the file it was drafted from."""
    (model,) = read_models(folder / "models")
    contract = model.contracts[name]
    table = read_table(f"{name}.csv", (folder / f"{name}.csv").read_bytes(), contract)
    tables = {name: check(table, contract).accepted}
    return model, training_rows(model.charter, model.contracts, tables, lambda call: _function(model.folder, call))


def _function(folder: Path, call: str) -> Callable[..., Any]:
    module, _, name = call.partition(":")
    spec = importlib.util.spec_from_file_location(f"drafted_{module}", folder / f"{module}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    found: Callable[..., Any] = getattr(loaded, name)
    return found
