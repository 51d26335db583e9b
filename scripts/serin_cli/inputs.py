"""`serin input remove`: an input that callers cannot know is taken out of all that names it, in one go."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from serin.domain.errors import Invalid, NotFound
from serin.files.charters import read_charter
from serin.files.replaced import export_file
from serin_cli.checkout import charter_of
from serin_cli.command_line.words import Json, Model

MODELS = Path("models")
_LIST = re.compile(r"\[([^\[\]]*)\]")
_TOP = re.compile(r"^[a-z_]+:", re.MULTILINE)


def remove(
    model: Model,
    /,
    *columns: Annotated[
        str, Parameter(name="COLUMN", required=True, help="what is known only afterwards, or says nothing")
    ],
    _json: Json = False,
) -> dict[str, Any]:
    """Take inputs out of a charter and of all that names them: lists of features, golden rows and the request."""
    charter, folder = charter_of(model), MODELS / model
    known = [item.name for item in charter.inputs]
    for name in columns:
        if name not in known:
            found = f"{model} has no input {name[:60]!r}; there are: {', '.join(known)}."
            raise NotFound(found, "Name one of these.")
    for entity, keys in charter.features.entities.items():
        if set(keys) <= set(columns):
            raise Invalid(
                f"The entity {entity!r} is found by nothing but {' and '.join(keys)}.",
                "Name it by another input first, under features.entities in model.yaml.",
            )
    path = folder / "model.yaml"
    before = {path: path.read_text(encoding="utf-8"), **dict(_requests(folder, charter.release.golden))}
    for file, text in before.items():
        export_file(file, _without(file, text, columns).encode())
    try:
        read_charter(path)
    except Invalid:
        for file, text in before.items():
            export_file(file, text.encode())
        raise
    return {"model": model, "removed": list(columns), "files": [str(file) for file in before]}


def _requests(folder: Path, golden: str) -> Iterator[tuple[Path, str]]:
    """The model's files of requests."""
    for name in dict.fromkeys((golden, "request.json")):
        if (file := folder / name).is_file():
            yield file, file.read_text(encoding="utf-8")


def _without(file: Path, text: str, columns: Sequence[str]) -> str:
    if file.suffix == ".json":
        return _request_without(text, set(columns))
    for name in columns:
        text = _section(text, "inputs", partial(_entry_out, name=name))
        text = _section(text, "features", partial(_items_out, name=name))
    return text


def _section(text: str, name: str, change: Callable[[str], str]) -> str:
    """The charter with one of its sections changed."""
    begin = re.search(rf"^{name}:", text, re.MULTILINE)
    if begin is None:
        return text
    end = _TOP.search(text, begin.end())
    stop = end.start() if end else len(text)
    return text[: begin.start()] + change(text[begin.start() : stop]) + text[stop:]


def _entry_out(part: str, name: str) -> str:
    """The section without the entry of that name, and what is indented below it."""
    return re.sub(rf'^  (?:{re.escape(name)}|"{re.escape(name)}"):.*\n(?:   .*\n)*', "", part, flags=re.MULTILINE)


def _items_out(part: str, name: str) -> str:
    """The section with the name taken out of its lists."""
    return _LIST.sub(lambda found: _item_out(found[1], name), part)


def _item_out(inside: str, name: str) -> str:
    items = inside.split(",")
    kept = [item for item in items if item.strip().strip("\"'") != name]
    return f"[{inside}]" if len(kept) == len(items) else f"[{','.join(kept).lstrip()}]"


def _request_without(text: str, columns: set[str]) -> str:
    request = json.loads(text)
    if isinstance(request, Mapping):
        instances = [_rest(instance, columns) for instance in request["instances"]]
        return json.dumps({**request, "instances": instances}, indent=1, ensure_ascii=False) + "\n"
    rows = [{**row, "instance": _rest(row["instance"], columns)} for row in request]
    return "[\n" + ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows) + "\n]\n"


def _rest(instance: Mapping[str, Any], columns: set[str]) -> dict[str, Any]:
    return {name: value for name, value in instance.items() if name not in columns}
