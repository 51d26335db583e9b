"""Ground truth: what was said about predictions, by whom, where it lies in the lake, and how long it is waited for.

Everything is kept below `truth/<model>/` and by the day of the prediction that it is about, which the prediction's id
tells: so what new truth costs does not grow with history. Nothing there is ever written over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from serin.domain.charter import Scalar, Truth
from serin.domain.prediction_ids import moment_of

TruthSource = Literal["dataset", "feedback"]
LATEST = timedelta(days=30)
"""Truth counts until so long after the watermark; what comes later changes nothing any more."""
SEALED = timedelta(days=1)
"""So long after a day's end nothing of it is on its way to the prediction log any more: Lambda tries six hours."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_SPEAKS = re.compile(r"(?P<first>[0-9a-f]{32})-(?P<last>[0-9a-f]{32})-[0-9a-f]{32}\.jsonl\.gz\Z")


@dataclass(frozen=True)
class Fact:
    """What one source has said about one prediction.

    `by` is the name of the dataset's row, or the id of the token. Of one row's facts that of the greatest `order`
    counts, which is the order they were accepted in. `known` is when it came to be known, in microseconds since 1970:
    the label's created time, or when the feedback was received. `label` is `label_text`; without one, a dataset's
    row says that it has none any more.
    """

    prediction_id: str
    source: TruthSource
    by: str
    order: int
    known: int
    label: str | None = None
    rating: int | None = None


@dataclass(frozen=True)
class TruthState:
    """How far the truth of a model has been joined.

    `sequence` is that of the truth dataset's last upload, `received` that of the feedback's last moment; from the day
    `unsealed` on predictions could still arrive. `changed` is day → when something new was last said about its
    predictions, of days that are still waited for: who judges looks there which windows to judge again.
    """

    model: str
    sequence: int = 0
    received: datetime | None = None
    unsealed: datetime | None = None
    changed: Mapping[str, datetime] = field(default_factory=dict)
    revision: int = 0


def label_text(label: Scalar) -> str:
    """A label as text: JSON, whole numbers without a point, so that equal labels of any source are equal texts."""
    whole = isinstance(label, float) and label.is_integer()
    return json.dumps(int(label) if whole else label)


def microseconds(at: datetime) -> int:
    """The moment as facts have it."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def moment_at(known: int) -> datetime:
    """The moment that a fact has."""
    return _EPOCH + timedelta(microseconds=known)


def first_open_day(truth: Truth, now: datetime) -> date:
    """The first day whose predictions' truth is still waited for."""
    return (now - truth.watermark - LATEST).date()


def open_days(truth: Truth, now: datetime) -> Iterator[date]:
    """The days whose predictions' truth is waited for, today the last."""
    day = first_open_day(truth, now)
    while day <= now.date():
        yield day
        day += _DAY


def may_be_judged(truth: Truth, end: datetime, now: datetime) -> bool:
    """Whether a window of event time that ends then is closed and its truth has had the watermark to arrive."""
    return end + truth.watermark <= now


def is_sealed(day: date, now: datetime) -> bool:
    """Whether the prediction log of that day is whole."""
    return start_of(day) + _DAY + SEALED <= now


def start_of(day: date) -> datetime:
    """The first moment of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def day_of(prediction: str) -> date:
    """The day a prediction was made; raises Invalid for what is no prediction's id."""
    return moment_of(prediction).date()


def inbox_file(model: str, received: datetime, first: str, last: str, digest: str) -> str:
    """The key of feedback that came in one call, about predictions whose ids lie from `first` to `last`."""
    return f"{inbox_of_day(model, received.date())}{_time(received)}-{first}-{last}-{digest[:32]}.jsonl.gz"


def inbox_of_day(model: str, day: date) -> str:
    """What the keys of all feedback begin with that was received that day."""
    return f"truth/{model}/inbox/{day}/"


def received_since(key: str, model: str, since: datetime) -> bool:
    """Whether feedback of `since`'s day or a later one was received from then on, by its key."""
    return key >= f"{inbox_of_day(model, since.date())}{_time(since)}"


def facts_file(model: str, day: date, first: str, last: str, digest: str) -> str:
    """The key of facts about predictions of a day, whose ids lie from `first` to `last`."""
    return f"{facts_of_day(model, day)}{first}-{last}-{digest[:32]}.jsonl.gz"


def facts_of_day(model: str, day: date) -> str:
    """What the keys of all facts about a day's predictions begin with."""
    return f"{facts_below(model)}{day}/"


def facts_below(model: str) -> str:
    """What the keys of all facts about predictions begin with."""
    return f"truth/{model}/facts/"


def asked_file(model: str, day: date, inputs: str, digest: str) -> str:
    """The key of what was asked and answered on a day, as one table; `inputs` is a digest of how it is read."""
    return f"{asked_of_day(model, day, inputs)}{digest[:32]}.parquet"


def asked_of_day(model: str, day: date, inputs: str) -> str:
    """What the keys of such tables of a day begin with."""
    return f"{asked_since(model, day)}-{inputs[:16]}-"


def asked_below(model: str) -> str:
    """What the keys of all such tables begin with, however they are read."""
    return f"truth/{model}/asked/"


def asked_since(model: str, day: date) -> str:
    """What comes before the keys of such tables of a day and of all later ones, and after those of earlier ones."""
    return f"{asked_below(model)}{day}"


def may_speak_of(key: str, prediction: str) -> bool:
    """Whether a file of feedback or facts can hold some about the prediction, by its key."""
    match = _SPEAKS.search(key)
    return match is not None and match["first"] <= prediction <= match["last"]


def _time(at: datetime) -> str:
    return f"{at:%H%M%S%f}"
