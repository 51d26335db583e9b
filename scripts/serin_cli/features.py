"""`serin features`: what the online store knows of an entity now, and how far the views are filled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from serin.domain.charter import Charter, InputType
from serin.domain.errors import Invalid
from serin.domain.printable import printable
from serin_cli import story
from serin_cli.checkout import charter_of
from serin_cli.client import connected
from serin_cli.command_line.words import Json, Model, option

_NO_TIME = "1970-01-01T00:00:00Z"
_TYPES: Mapping[InputType, Callable[[str], Any]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "timestamp": str,
}
_ENTITY = "what an entity is found by, such as origin=JFK; again for each of its columns, or for another entity"
_FEATURE = "only this one, such as weather_now:temp; may be given again (default: all that the entity has)"
Entities = Mapping[str, Sequence[Any]]


def get(
    model: Model,
    /,
    *,
    entity: Annotated[Sequence[str], option("COLUMN=VALUE", _ENTITY)] = (),
    feature: Annotated[Sequence[str], option("VIEW:VALUE", _FEATURE)] = (),
    as_json: Json = False,
) -> Any:
    """What the online store knows of an entity now, with status and time; a fact a row."""
    charter = charter_of(model)
    entities = entities_of(entity, charter)
    names = list(feature) or _all_of(entities, charter)
    wanted = {"entities": entities, "features": [f"{charter.model}.{name}" for name in names]}
    with connected() as client:
        answer = client.post("/get-online-features", {**wanted, "full_feature_names": True})
    rows = list(rows_of(answer, names, entities))
    if as_json:
        return rows
    story.show_table(rows, list(rows[0]))
    return None


def entities_of(words: Sequence[str], charter: Charter) -> dict[str, list[Any]]:
    """`COLUMN=VALUE` as lists of values by column, of the charter's types; Invalid for what cannot be."""
    types = {item.name: item.type for item in charter.inputs}
    entities: dict[str, list[Any]] = {}
    for word in words:
        column, equals, value = word.partition("=")
        if not equals or column not in types:
            keys = sorted({key for view in charter.features.views for key in charter.features.entities[view.entity]})
            if not keys:
                raise Invalid(f"{charter.model} has no views.", "All that it sees is in its predictions.")
            raise Invalid(f"{printable(word)!r} finds no entity.", f"Write COLUMN=VALUE; columns: {', '.join(keys)}.")
        try:
            entities.setdefault(column, []).append(_TYPES[types[column]](value))
        except (ValueError, KeyError) as error:
            raise Invalid(
                f"{printable(word)!r} is no {types[column]}.", f"Write {column}=<{types[column]}>."
            ) from error
    return entities


def rows_of(answer: Mapping[str, Any], names: Sequence[str], entities: Entities) -> Iterator[dict[str, Any]]:
    """The columns of an answer as a person reads them: a line for each entity and feature."""
    columns = answer["results"][len(entities) :]
    for number, values in enumerate(zip(*entities.values(), strict=True)):
        for name, column in zip(names, columns, strict=True):
            time = column["event_timestamps"][number]
            yield {
                "entity": ", ".join(str(value) for value in values),
                "feature": name,
                "value": column["values"][number],
                "status": column["statuses"][number],
                "event time": None if time == _NO_TIME else time,
            }


def _all_of(entities: Entities, charter: Charter) -> list[str]:
    """Every value of the views whose entities these columns find."""
    keys, views = charter.features.entities, charter.features.views
    names = [
        f"{view.name}:{value}" for view in views if set(keys[view.entity]) <= set(entities) for value in view.values
    ]
    if not names:
        needed = "; ".join(f"{view.name} by {', '.join(keys[view.entity])}" for view in views) or "it has no views"
        raise Invalid(f"No view of {charter.model} is found by what is given.", f"Its views: {needed}.", "--entity")
    return names
