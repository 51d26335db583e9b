"""Feedback of a caller: looked at one by one, and what can be is written down at once; it is joined later."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from serin.domain.charter import Charter, Scalar
from serin.domain.errors import Conflict, Invalid, NotFound, SerinError
from serin.domain.feedback import Feedback, Ruling
from serin.domain.names import checked_name, digest
from serin.domain.records import as_record
from serin.domain.truth import Fact, inbox_file, label_text, microseconds
from serin.ports import Catalog, Clock, ObjectStore


@dataclass(frozen=True)
class FeedbackTaken:
    """What became of each item, in their order: None of one that is kept, else why it has no effect."""

    refusals: tuple[SerinError | None, ...]

    @property
    def kept(self) -> int:
        """How many are kept."""
        return self.refusals.count(None)


def give_feedback(
    model: str,
    items: Sequence[Feedback],
    token: str,
    charters: Mapping[str, Charter],
    *,
    lake: ObjectStore,
    catalog: Catalog,
    clock: Clock,
) -> FeedbackTaken:
    """Keep what one call says about predictions of a model, in one write; the same again changes nothing.

    Whether the prediction log has a prediction is seen when it is joined: of one that was never made nothing follows.
    Of what is kept only the id of the token says whose it is. Raises Invalid where the model takes no feedback, and
    Conflict before it has a version.
    """
    charter = charters.get(checked_name(model, "model"))
    if charter is None:
        raise NotFound(f"There is no model {model!r}.", "Check the name or deploy its charter.")
    if not charter.truth.feedback:
        raise Invalid(f"{model} takes no feedback.", "Write `feedback: true` under `truth` of its charter; deploy it.")
    now = clock.now()
    ruling = Ruling(charter, _classes(charter, catalog), tuple(charters), now)
    refusals = _refusals(items, ruling)
    kept = [item for item, refusal in zip(items, refusals, strict=True) if refusal is None]
    if kept:
        _write(model, [_fact(item, token, now) for item in kept], now, lake)
    return FeedbackTaken(refusals)


def _refusals(items: Sequence[Feedback], ruling: Ruling) -> tuple[SerinError | None, ...]:
    said: dict[str, Feedback] = {}
    found: list[SerinError | None] = []
    for item in items:
        refusal = ruling.refusal(item)
        # At one moment there is no first and no last.
        if refusal is None and said.setdefault(item.prediction_id, item) != item:
            refusal = Conflict(
                f"{item.prediction_id} is there twice, and differs.", "Say one thing of it.", "prediction_id"
            )
        found.append(refusal)
    return tuple(found)


def _classes(charter: Charter, catalog: Catalog) -> Sequence[Scalar]:
    """The labels a model can have; those its newest version knows."""
    if charter.task == "regression":
        return ()
    versions = catalog.latest_versions(charter.model, limit=1).items
    if not versions or not versions[0].classes:
        raise Conflict(f"No version of {charter.model} says which labels it has.", "Train and release one first.")
    return versions[0].classes


def _fact(item: Feedback, token: str, now: datetime) -> Fact:
    received = microseconds(now)
    label = None if item.label is None else label_text(item.label)
    return Fact(item.prediction_id, "feedback", token, received, received, label, item.rating)


def _write(model: str, facts: Sequence[Fact], now: datetime, lake: ObjectStore) -> None:
    content = "".join(json.dumps(as_record(fact), sort_keys=True) + "\n" for fact in facts).encode()
    ids = [fact.prediction_id for fact in facts]
    lake.put(inbox_file(model, now, min(ids), max(ids), digest(content)), gzip.compress(content, mtime=0))
