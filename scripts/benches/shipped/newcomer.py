"""What a newcomer does with a file: `serin init`, answers to the questions, and nothing else."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benches.shipped.catalogue import Shipped
from serin.files.models import ModelFolder, read_models
from serin_cli.command_line.app import result_of

_QUESTION = re.compile(r"<[^<>]*\?>")
_BASELINE = re.compile(r"(?:reaches|mean reaches) ([0-9.e+-]+);")
ANSWER = "Asked by a bench; one row as the package has it."


@dataclass(frozen=True)
class Drafted:
    """The model as the platform reads it, its golden rows, and what `init` said."""

    model: ModelFolder
    golden: tuple[Mapping[str, Any], ...]
    said: Mapping[str, Any]


def drafted(table: Shipped, file: Path, folder: Path) -> Drafted:
    """Begin the model from the file in a folder of its own; raises what `init` and reading raise."""
    words = ["init", table.name, "--from", str(file), "--label", table.label, *table.words, "--json"]
    with _inside(folder), redirect_stdout(io.StringIO()):
        said = result_of(*words)
    for path in (folder / "models" / table.name).rglob("*.yaml"):
        path.write_text(_answered(path.read_text()))
    (model,) = read_models(folder / "models")
    golden = json.loads((folder / "models" / table.name / "golden.json").read_text())
    return Drafted(model, tuple(golden), said)


def _answered(text: str) -> str:
    """A file without its questions; the floor is what the draft says that guessing reaches."""
    floor = _BASELINE.search(text)
    lines = []
    for line in text.splitlines():
        is_floor = re.match(r"      (roc_auc|accuracy|rmse): <", line) and floor
        lines.append(_QUESTION.sub(floor[1] if is_floor and floor else ANSWER, line))
    return "\n".join(lines) + "\n"


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
