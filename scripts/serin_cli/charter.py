"""`serin charter`: what each field of a model's charter changes, and the schema by which editors check it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from cyclopts import Parameter

from serin.domain.charter_effects import EFFECTS, unset
from serin.domain.errors import Invalid
from serin.files.charter_fields import FieldValue, read_fields
from serin_cli import story
from serin_cli.checkout import charter_file
from serin_cli.command_line import known_names as known
from serin_cli.command_line.words import Json


def charter(
    model: Annotated[str | None, Parameter(completer=known.models, help="the model's name")] = None,
    /,
    *,
    schema: Annotated[bool, Parameter(help="the JSON Schema of every charter, for editors")] = False,
    as_json: Json = False,
) -> Any:
    """What each field of a model's charter changes; --schema: for editors."""
    if schema or model is None:
        return _schema(model, schema)
    rows = list(_rows(read_fields(charter_file(model))))
    if as_json:
        return rows
    story.show_table(list(map(_shown, rows)), ("field", "value", "changes"))
    left_out = sum(not row["set"] for row in rows)
    story.say(f"{len(rows)} fields, of which {left_out} are not in the file: (default) is what holds without them.")
    return None


def _schema(model: str | None, schema: bool) -> Any:
    """The schema, which is JSON itself."""
    if not schema or model is not None:
        raise Invalid(
            "A model or --schema is asked for, one of the two.", "Write `charter MODEL`, or `charter --schema`."
        )
    from serin.files.charter_json_schema import charter_json_schema

    return charter_json_schema()


def _rows(values: tuple[FieldValue, ...]) -> Iterator[dict[str, Any]]:
    for value in values:
        effect = EFFECTS[value.pattern]
        without = unset(value.pattern) if value.value is None else None
        yield {
            "field": value.path,
            "value": value.value,
            "set": value.is_set,
            "without": without,
            "kind": effect.kind,
            "changes": effect.changes,
            "where": effect.where,
        }


def _shown(row: dict[str, Any]) -> dict[str, str]:
    value = row["value"] if row["value"] is not None else row["without"]
    default = "" if row["set"] else " (default)"
    return {"field": row["field"], "value": f"{value}{default}", "changes": f"{row['kind']}: {row['changes']}"}
