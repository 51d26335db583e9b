"""Features for whoever asks, at the clock's now: found and counted as a prediction's are, and never older than allowed.

A charter's defaults are of a model's row and are not applied: what is not known is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from serin.domain.buckets import OnlineItem
from serin.domain.charter import Charter, Input
from serin.domain.errors import Invalid, TooLarge
from serin.domain.feature_references import (
    Charters,
    FeatureReference,
    column_names,
    features_asked,
    features_of_model,
    key_input,
)
from serin.domain.features import EntityKey, OnlineValues, Value, is_stale
from serin.domain.fields import MAXIMUM_INSTANCES, YEARS, read_field
from serin.domain.plain_numbers import how_many
from serin.domain.printable import printable
from serin.ports import Clock, OnlineFeatures, SaltReads
from serin.services.steps.pseudonyms import known_pseudonyms, no_salts
from serin.serving.lookups import Entity, ViewLookup
from serin.serving.protected import hidden

MOST_VALUES = 10_000
"""Rows times features of one answer."""
MOST_ITEMS = 5_000
"""Items of the online store that one answer may need."""

Status = Literal["PRESENT", "NULL_VALUE", "NOT_FOUND", "OUTSIDE_MAX_AGE", "INVALID"]
Instance = Mapping[str, Value]
Keys = Mapping[str, Sequence[Value]]


@dataclass(frozen=True)
class Question:
    """Entities' keys, each with a value for every row, and features by name, or all a model uses (`service`).

    `full` names the answer's columns after their views too.
    """

    entities: Mapping[str, Sequence[object]]
    features: Sequence[str] = ()
    service: str | None = None
    full: bool = False


@dataclass(frozen=True)
class Found:
    """What is known of one feature of one row: no value unless it is PRESENT, and when it was true where that is known.

    NOT_FOUND: the entity has nothing as far back as the view looks; OUTSIDE_MAX_AGE: it has, older than the view's ttl;
    NULL_VALUE: the newest that is known is null; INVALID: it has more than is kept online, so that its values
    are not known.
    """

    status: Status
    value: Any = None
    event_time: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """The columns by name, in the order of the question, entities' keys first; each has a `Found` for every row."""

    columns: Mapping[str, Sequence[Found]]


def read_online(
    question: Question,
    charters: Charters,
    *,
    online: OnlineFeatures,
    clock: Clock,
    salts: Callable[[], SaltReads] = no_salts,
) -> Answer:
    """Answer in one batch of reads; raises Invalid, or TooLarge before anything is read.

    Where a key is personal data its entity is found by what stands for it; the answer repeats it as it was sent.
    """
    rows = _row_count(question.entities)
    references = _references(question, rows, charters)
    names = column_names(references, list(question.entities), question.full)
    keys = {name: _read_key(name, values, references, charters) for name, values in question.entities.items()}
    now = clock.now()
    hashed = frozenset(name for item in references for name in item.charter.compliance.hashed).intersection(keys)
    digests = {name: _digests(name, keys[name], salts()) for name in hashed}
    views = {
        (item.charter.model, item.view.name): _AskedView(item, _keys_in(item.charter, keys, digests))
        for item in references
    }
    needed = _needed(views.values(), now)
    read = online.read(needed) if needed else {}
    known = {name: view.known(read, now) for name, view in views.items()}
    echoed = [[Found("PRESENT", value) for value in values] for values in question.entities.values()]
    answered = [[_found(item, one, now) for one in known[item.charter.model, item.view.name]] for item in references]
    return Answer(dict(zip(names, [*echoed, *answered], strict=True)))


class _AskedView:
    """A view and the entity of each row; what several rows ask of one entity is found once."""

    def __init__(self, asked: FeatureReference, keys: Mapping[str, Sequence[Value]]) -> None:
        if missing := next((name for name in asked.columns if name not in keys), None):
            found = f"There is no {missing} among the entities; {asked.view.name} is found by it."
            raise Invalid(found, f"Send entities.{missing}, a value for each row.", f"entities.{missing}")
        self._lookup = ViewLookup(asked.charter, asked.view)
        self._entities: list[Entity] = list(zip(*(keys[name] for name in asked.columns), strict=True))

    def needed(self, now: datetime) -> Sequence[Sequence[EntityKey]]:
        """The online items of each entity."""
        return [self._lookup.keys(entity, now) for entity in dict.fromkeys(self._entities)]

    def known(self, read: Mapping[EntityKey, OnlineItem], now: datetime) -> Sequence[OnlineValues | None]:
        """What is known of the entity of each row."""
        values = {entity: self._lookup.found(entity, read, now) for entity in dict.fromkeys(self._entities)}
        return [values[entity] for entity in self._entities]


def _digests(name: str, values: Sequence[Value], salts: SaltReads) -> Sequence[Value]:
    return hidden(values, name, lambda *asked: known_pseudonyms(*asked, salts=salts))


def _keys_in(charter: Charter, keys: Keys, digests: Keys) -> Keys:
    """The keys as what the charter's model keeps is found by them."""
    return {name: digests[name] if name in charter.compliance.hashed else values for name, values in keys.items()}


def _row_count(entities: Mapping[str, Sequence[object]]) -> int:
    """How many values every key has; one more or less would shift rows against each other."""
    if not entities:
        raise Invalid("There are no entities.", "Send a list of values for each entity's key.", "entities")
    lengths = {name: len(values) for name, values in entities.items()}
    (first, rows), *others = lengths.items()
    if different := next((name for name, length in others if length != rows), None):
        values = f"{printable(first)} has {how_many(rows, 'value')}, and {printable(different)} {lengths[different]}."
        raise Invalid(values, "Send one for each row.", f"entities.{printable(different)}")
    if not rows:
        raise Invalid(
            "The entities have no rows.", "Send one value of each key at least.", f"entities.{printable(first)}"
        )
    if rows > MAXIMUM_INSTANCES:
        raise _too_large(f"{how_many(rows, 'row')}; {MAXIMUM_INSTANCES:,} are allowed.", "entities")
    return rows


def _references(question: Question, rows: int, charters: Charters) -> tuple[FeatureReference, ...]:
    if question.service is not None:
        features = features_of_model(question.service, charters)
    else:
        _check_size(rows, len(question.features))
        features = features_asked(question.features, charters)
    if not features:
        raise Invalid("No features are named.", "Name one at least, as <view>:<value>.", "features")
    _check_size(rows, len(features))
    return features


def _check_size(rows: int, features: int) -> None:
    if rows * features > MOST_VALUES:
        raise _too_large(
            f"{how_many(rows, 'row')} of {how_many(features, 'feature')}; {MOST_VALUES:,} values are allowed.",
            "features",
        )


def _too_large(found: str, field: str) -> TooLarge:
    return TooLarge(found, "Ask in several requests.", field)


def _read_key(
    name: str, values: Sequence[object], references: Sequence[FeatureReference], charters: Charters
) -> list[Value]:
    item = key_input(name, references, charters)
    return [_read_value(item, value, f"entities.{printable(name)}[{row}]") for row, value in enumerate(values)]


def _read_value(item: Input, value: object, where: str) -> Value:
    try:
        # Feast's clients send the moments of an entity as seconds.
        return _moment(value) if item.type == "timestamp" and type(value) is int else read_field(item, value)
    except Invalid as problem:
        raise Invalid(f"{where}: {problem.message}.", problem.remedy, where) from problem


def _moment(seconds: int) -> datetime:
    first, last = (datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (YEARS.start, YEARS.stop))
    if not first <= seconds < last:
        found = f"found seconds of no moment in the years {YEARS[0]} to {YEARS[-1]}"
        raise Invalid(found, "Send seconds since 1970, or ISO 8601 with an offset.")
    return datetime.fromtimestamp(seconds, UTC)


def _needed(views: Iterable[_AskedView], now: datetime) -> list[EntityKey]:
    needed: dict[EntityKey, None] = {}
    for items in (items for view in views for items in view.needed(now)):
        needed.update(dict.fromkeys(items))
        if len(needed) > MOST_ITEMS:
            found = f"More than {MOST_ITEMS} items of the online store hold what these rows need."
            raise _too_large(found, "entities")
    return list(needed)


def _found(reference: FeatureReference, known: OnlineValues | None, now: datetime) -> Found:
    if known is None:
        return Found("NOT_FOUND")
    if known.too_many:
        return Found("INVALID")
    if is_stale(reference.view, known, now):
        return Found("OUTSIDE_MAX_AGE", None, known.event_time)
    value = known.values.get(reference.value)
    return Found("NULL_VALUE" if value is None else "PRESENT", value, known.event_time)
