"""Beginning a model from a file: `serin init`, and its contract alone for `serin contract infer`."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
from cyclopts import Parameter

from serin.data.files.table import CAPS
from serin.data.looks.inference import ROWS_READ, FileSeen, look_at
from serin.domain.errors import Conflict, Invalid, NotFound, TooLarge
from serin.domain.names import checked_name, dataset_named
from serin.domain.plain_numbers import how_many
from serin.files.faults import shown_file
from serin.files.yaml_files import read_document
from serin_cli import story
from serin_cli.command_line.words import Json, option
from serin_cli.documents import print_document
from serin_cli.drafting.charter import charter_text
from serin_cli.drafting.code import code_text
from serin_cli.drafting.contract import contract_text
from serin_cli.drafting.draft import Draft, Wishes, draft
from serin_cli.drafting.requests import golden_text, instances
from serin_cli.incoming import incoming
from serin_cli.partitions import together

MODELS = Path("models")
_PART = re.compile(r"[-_. ]+\d[-_. \dT]*\Z")


def init(
    name: Annotated[str, Parameter(help="the new model's name")],
    /,
    *,
    file: Annotated[Path, option("FILE", "rows with their labels, as CSV", name="--from")],
    label: Annotated[str, option("COLUMN", "the column to predict")],
    task: Annotated[
        Literal["binary", "multiclass", "regression"] | None, option("TASK", "(default: what the label looks like)")
    ] = None,
    time: Annotated[
        str | None, option("COLUMN", "when a row's question was asked; year,month,day where these say it")
    ] = None,
    zone: Annotated[str | None, option("ZONE", "of times that do not say theirs, such as Europe/Paris or UTC")] = None,
    entity: Annotated[str | None, option("COLUMN", "what a question is about, such as a customer's number")] = None,
    keep: Annotated[Sequence[str], option("COLUMN", "an input all the same; may be given again")] = (),
    called: Annotated[str | None, option("NAME", "the dataset's name (default: the file's)", name="--dataset")] = None,
    as_json: Json = False,
) -> dict[str, Any] | None:
    """Begin a model from a CSV file.

    It writes models/NAME/, and says what is left to do.
    """
    name = checked_name(name, "model")
    folder = MODELS / name
    if folder.exists():
        raise Conflict(f"{folder}/ exists already.", "Choose another name, or remove the folder first.")
    dataset = _dataset(called, file, name)
    seen = look(file)
    made = draft(
        seen,
        Wishes(
            *(name, dataset, label, task, time, entity, zone),
            keep=tuple(keep),
        ),
    )
    write(made, folder)
    questions = _questions(folder)
    record = {
        "model": name,
        "dataset": dataset,
        "folder": str(folder),
        "task": made.task,
        "rows": seen.rows,
        "rows_read": seen.typed.height,
        "left_out": _said_left_out(made),
        "notes": _notes(made),
        "questions": questions,
    }
    if as_json:
        return record
    _tell(made, folder, file, questions)
    return None


def infer(
    file: Annotated[Path, Parameter(help="a CSV or Parquet file")],
    /,
    *,
    dataset: Annotated[str | None, option("NAME", "the dataset's name (default: the file's)")] = None,
    as_json: Json = False,
) -> dict[str, Any] | None:
    """Print the contract that a file's rows suggest."""
    dataset = checked_name(dataset or dataset_of(file), "dataset")
    seen = look(file)
    text = contract_text(seen, dataset, (), now=datetime.now(UTC))
    if as_json:
        return {"dataset": dataset, "rows": seen.rows, "rows_read": seen.typed.height, "contract": text}
    print_document(text)
    return None


def look(file: Path) -> FileSeen:
    """The file's first rows; NotFound, TooLarge, or what `look_at` raises."""
    if not file.exists():
        raise NotFound(f"There is no file {file}.", "Name a CSV file; the path counts from the folder of README.md.")
    with tempfile.TemporaryDirectory() as folder:
        first, *more = incoming(file, Path(folder))
        return _look(_together([first, *more], Path(folder) / file.name) if more else first)


def _together(files: Sequence[Path], into: Path) -> Path:
    """The files of a partitioned folder as one."""
    kinds = {file.suffix for file in files}
    if len(kinds) > 1:
        raise Invalid(
            f"The folder holds files of several kinds: {', '.join(sorted(kinds))}.", "Name one of them.", "file"
        )
    if kinds != {".parquet"}:
        return together(files, into)
    pl.concat([pl.read_parquet(one, glob=False) for one in files], how="diagonal_relaxed").write_parquet(into)
    return into


def _look(file: Path) -> FileSeen:
    if (size := file.stat().st_size) > CAPS.stored:
        found = f"{file.name} has {how_many(size, 'byte')}; {CAPS.stored:,} are allowed"
        raise TooLarge(f"{found}.", "Give a part of it, with its header: the rest can be uploaded in parts later.")
    return look_at(file.name, file.read_bytes())


def write(made: Draft, folder: Path) -> None:
    """Write the model's files; the folder appears when all of them are there."""
    code, now = code_text(made), datetime.now(UTC)
    request = json.dumps({"instances": instances(made, 1)}, indent=1)
    files = {
        "model.yaml": charter_text(made),
        f"contracts/{made.dataset}.yaml": contract_text(made.seen, made.dataset, made.key, {made.label.name}, now=now),
        "golden.json": golden_text(made),
        "request.json": f"{request}\n",
        **({"features.py": code} if code else {}),
    }
    folder.parent.mkdir(exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        scratch.chmod(0o755)
        for name, text in files.items():
            path = scratch / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def dataset_of(file: Path) -> str:
    """The name that a file, or a folder, suggests for its dataset: its own without the number or date it ends with."""
    stem = _stem(file)
    return dataset_named(_PART.sub("", stem) or stem)


def _stem(file: Path) -> str:
    return file.absolute().name.partition(".")[0]


def _dataset(asked: str | None, file: Path, model: str) -> str:
    """What is asked for, or else the name from the file, unless it has none or the dataset is there: then the model's.

    A dataset has one contract in all models; a drafted one would contradict it.
    """
    names = [checked_name(asked, "dataset")] if asked else [dataset_of(file), model]
    if not asked and not any(sign.isalpha() for sign in _stem(file)):
        names = [model]
    known = {name: sorted(MODELS.glob(f"*/contracts/{name}.yaml")) for name in names}
    free = next((name for name in names if not known[name]), None)
    if free is None:
        raise Invalid(
            f"The dataset {names[0]!r} has a contract already: {known[names[0]][0]}.",
            "Choose another name with --dataset.",
            "dataset",
        )
    return free


def _questions(folder: Path) -> list[str]:
    """Where an answer is missing, as file:line: field."""
    files = [folder / "model.yaml", *sorted((folder / "contracts").glob("*.yaml"))]
    return [f"{shown_file(path)}:{fault.line}: {fault.field}" for path in files for fault in read_document(path).faults]


def _said_left_out(made: Draft) -> dict[str, str]:
    parts = {made.label.name, *(made.time.nothing_to_learn if made.time else ())}
    return {column: reason for column, reason in made.left_out.items() if column not in parts}


def _notes(made: Draft) -> list[str]:
    doubts = [f"{name} is {why}: if it is known only afterwards, remove it" for name, why in made.suspects.items()]
    return [*made.notes, *doubts]


def _tell(made: Draft, folder: Path, file: Path, questions: list[str]) -> None:
    seen = made.seen
    story.say(f"{folder}/ is written, a {made.task} model of {made.label.name} from {len(made.uses)} columns.")
    if made.dataset != made.model:
        story.say(f"  The dataset is called {made.dataset}, as the file; --dataset NAME calls it otherwise.")
    if seen.rows > ROWS_READ:
        story.say(f"  {seen.name} has {how_many(seen.rows, 'row')}; the first {ROWS_READ:,} were looked at.")
    else:
        story.say(f"  {seen.name} has {how_many(seen.rows, 'row')}; all were looked at.")
    left_out = _said_left_out(made)
    for column, reason in left_out.items():
        story.say(f"  left out: {column}, {reason}")
    if left_out:
        story.say("  Keep one with --keep COLUMN, or write it under inputs and model_uses in model.yaml.")
    for note in _notes(made):
        story.say(f"  note: {note}")
    story.say(f"\nNext:\n  1. Answer the {how_many(len(questions), 'question')} in <…?>, and confirm the contract:")
    for question in questions:
        story.say(f"     {question}")
    story.say("  2. ./scripts/serin validate")
    story.say("  3. ./scripts/serin up     and in another terminal:")
    story.say(f"  4. ./scripts/serin upload {made.dataset} {file}")
    story.say(f"  5. ./scripts/serin release list {made.model}     until version 1 is live; if there is none,")
    story.say(f"     ./scripts/serin runs {made.model}     says why")
    story.say(f"  6. ./scripts/serin predict {made.model} {folder}/request.json")
