"""`serin lineage`: what a model version was made of, down to the uploads, and which trainings used an upload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from rich.table import Table
from rich.tree import Tree

from serin.domain.errors import Invalid, NotFound
from serin.domain.plain_numbers import how_many
from serin_cli import story
from serin_cli.client import Client, connected
from serin_cli.command_line import known_names as known
from serin_cli.command_line.words import Json, Model, OfVersion, option
from serin_cli.listed import served
from serin_cli.terminal import cell

Record = Mapping[str, Any]
SHORT = 8


def lineage(
    model: Model,
    /,
    *,
    version: OfVersion = None,
    upload: Annotated[
        str | None,
        option("ID", "instead: the runs whose training set was made with this upload", completer=known.uploads),
    ] = None,
    as_json: Json = False,
) -> Any:
    """What a version was made of, down to the uploads."""
    if upload is not None and version is not None:
        raise Invalid("--upload and --version ask for different things.", "Give one of them.")
    answer: Any
    with connected() as client:
        if upload is not None:
            answer = client.all("/runs", model=model, upload=upload)[::-1]
        else:
            number = live_version(client, model) if version is None else version
            answer = client.get(f"/models/{model}/versions/{number}/lineage")
    if as_json or not answer:
        return answer
    if upload is None:
        story.show_whole(tree_of(answer))
    else:
        lines = [line_of(run) for run in answer]
        story.show_table(lines, list(lines[0]))
    return None


def line_of(run: Record) -> dict[str, Any]:
    """A run that used an upload."""
    names = ("id", "status", "at", "training_set", "version")
    return {name: run.get(name) for name in names}


def tree_of(trained: Record) -> Tree:
    """A version, and below it what it was made of."""
    version, run, training_set = trained["version"], trained.get("run"), trained.get("training_set")
    role = f", {trained['role']}" if trained.get("role") else ""
    tree = Tree(cell(f"{version['model']} version {version['version']}{role}, registered {version['at']}", "bold"))
    for release in trained.get("releases", ()):
        tree.add(cell(_release(release)))
    tree.add(cell(_run(version, run)))
    tree.add(cell(served(version)))
    data = tree.add(cell(_training_set(version, training_set)))
    for dataset in trained["datasets"]:
        _add_dataset(data, dataset)
    if trained["views"]:
        lines = [_view(view) for view in trained["views"]]
        tree.add(cell("views as they were then, and the uploads that are in online now")).add(_table(lines))
    tree.add(cell(", ".join(f"{name} {version[name]}" for name in ("code", "charter", "lock"))))
    return tree


def live_version(client: Client, model: str) -> int:
    """The version that is live; NotFound where none is."""
    models = client.get("/models")["items"]
    for one in models:
        if one["model"] == model and "live" in one:
            number: int = one["live"]["version"]
            return number
    if model not in (known := [one["model"] for one in models]):
        found_none = f"There is no model {model[:60]!r}; there are: {', '.join(known) or 'none'}."
        raise NotFound(found_none, "Name one of these.")
    raise NotFound(
        f"No version of {model} is live.",
        "./scripts/serin models says which models there are; name a version with --version.",
    )


def _release(found: Record) -> str:
    reason = f": {found['reason']}" if found.get("reason") else ""
    return f"release {found['id']}, cause {found['cause']}, {found['status']} since {found['at']}{reason}"


def _run(version: Record, run: Record | None) -> str:
    if run is None:
        return f"run {version['run']}: not in the catalog"
    began = f", began with {run['correlation']}" if "correlation" in run else ""
    return f"run {run['id']}, cause {run['cause']}, {run['at']}{began}"


def _training_set(version: Record, training_set: Record | None) -> str:
    if training_set is None:
        return f"training set {version['training_set']}: not in the catalog"
    span = f"moments {training_set['first']} to {training_set['last']}"
    return f"training set {training_set['id']}, {how_many(training_set['rows'], 'row')}, {span}"


def _add_dataset(data: Tree, dataset: Record) -> None:
    head = f"{dataset['dataset']}, head {dataset['digest'][:SHORT]}"
    if not dataset["sequence"]:
        data.add(cell(f"{head}: no uploads of the catalog make it"))
        return
    earlier = f", {dataset['earlier']:,} earlier ones not shown" if dataset["earlier"] else ""
    branch = data.add(
        cell(f"{head}, {how_many(dataset['rows'], 'row')} of {how_many(dataset['sequence'], 'upload')}{earlier}")
    )
    branch.add(_table([_upload(upload) for upload in dataset["uploads"]]))


def _upload(upload: Record) -> dict[str, Any]:
    return {
        "upload": upload.get("sequence"),
        "file": upload["file"],
        "at": upload["at"],
        "accepted": f"{upload['accepted']:,}",
        "set aside": f"{upload['quarantined']:,}",
        "corrected": f"{upload['corrected']:,}",
        "contract": upload["contract"][:SHORT],
        "id": upload["id"],
    }


def _view(view: Record) -> dict[str, Any]:
    fill = view.get("fill")
    online = "none" if fill is None else "; ".join(_filled(name, upto, fill) for name, upto in fill["upto"].items())
    return {"view": view["view"], "definition": view["definition"][:SHORT], "uploads online": online}


def _filled(dataset: str, upto: int, fill: Record) -> str:
    """Such as `flights 1-3, 5`: everything up to a sequence, and what came before its turn."""
    numbers = [f"1-{upto}"] if upto > 1 else ["1"] * upto
    return f"{dataset} {', '.join([*numbers, *map(str, fill['beyond'].get(dataset, ()))]) or 'none'}"


def _table(lines: Sequence[Record]) -> Table:
    return story.table(lines, list(lines[0]))
