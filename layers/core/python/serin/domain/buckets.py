"""The events of one entity in one stretch of time: what windows are counted from when somebody asks now."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from serin.domain.bucket_columns import Times
from serin.domain.charter import Charter, Scalar, View
from serin.domain.features import EntityKey, OnlineValues, Value
from serin.domain.records import record_digest

MICROSECOND = timedelta(microseconds=1)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Views that look back no further than this are kept by hours, others by days, so that few events are read in vain.
HOURLY_UP_TO = timedelta(hours=6)
# What one row changes is made again from all events of its bucket.
WIDEST = timedelta(days=7)
LAYOUT = 2
"""Names how buckets are cut and written: items of another layout have other names, and are never read as these."""
# Nobody asks for what lies further back than a view looks; clocks may differ by this.
MARGIN = timedelta(days=1)
MOST_VALUES, MOST_ASKED, LEAST_MOST = 800_000, 1_600_000, 50_000
"""What one bucket holds at most, and all that a question reads, an event's time and each of its values counted: 400,000
events of one column in a bucket, of which a question reads two, and a share of these where windows are longer than a
week, but not less than 25,000. An entity with more is too busy to be counted online."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# Not frozen, though nobody writes to one: a prediction reads hundreds, and frozen ones take four times as long to make.
@dataclass(eq=False, slots=True)
class Bucket:
    """The events of one entity whose time lies in the bucket, by event time, of equal ones the one that wins last.

    `times` and `known` are microseconds since 1970, and one and the same where each event is known when it happens;
    `values` are column → a value or null for each event; `until` is the place of an event → when another version of
    its row takes its place. All of it follows from the rows up to `sequence`: a bucket of a later one replaces it.
    `too_many` is how many events there are where a bucket cannot hold them: then it has none, and what they add up to
    is not known. Buckets of equal contents are equal, whatever sequences hold these.
    """

    key: EntityKey
    times: Sequence[int]
    known: Sequence[int]
    values: Mapping[str, Sequence[Scalar | None]]
    sequence: int
    expires: datetime
    until: Mapping[int, int] = field(default_factory=dict)
    too_many: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bucket) and self._contents == other._contents

    def __hash__(self) -> int:
        return hash(self.key)

    def known_at(self, moment: int) -> Sequence[int]:
        """The places of the events that are known at a moment, in microseconds since 1970, and still in force.

        A range where these are the first ones up to some place.
        """
        if self.known is self.times and not self.until:
            return range(self.up_to(moment))
        known = [place for place, since in enumerate(self.known) if since <= moment]
        if self.until:
            known = [place for place in known if self.until.get(place, moment + 1) > moment]
        return range(len(known)) if not known or known[-1] == len(known) - 1 else known

    def up_to(self, moment: int) -> int:
        """How many events happened until a moment, in microseconds since 1970."""
        times = self.times
        return times.up_to(moment) if isinstance(times, Times) else bisect_right(times, moment)

    @property
    def _contents(self) -> tuple[object, ...]:
        values = {name: tuple(column) for name, column in self.values.items()}
        times = tuple(self.times), tuple(self.known)
        return self.key, *times, values, self.sequence, self.expires, dict(self.until), self.too_many


OnlineItem = OnlineValues | Bucket


def definition(charter: Charter, view: View) -> str:
    """Names what a view's items are made from: another definition has other items, an equal one the same.

    What a model's own code derives is that model's alone, and another code's another definition. What only
    decides whether a last value is used, such as its `ttl`, makes no other item.
    """
    derive = charter.dataset(view.source).derive
    made_of: dict[str, Any] = {
        "source": view.source,
        "key": charter.features.entities[view.entity],
        "derived": [charter.model, derive] if derive else None,
        "event_time": None if view.static else view.event_time,
        "last": sorted(view.last),
        "windows": [*view.windows, view.created_time, view.ttl, LAYOUT] if view.windows else None,
    }
    # A row that is created when it happens is known as early as one of which nobody says when it was.
    if view.last and view.created_time not in (None, view.event_time):
        made_of["created_time"] = view.created_time
    if types := _types(charter, view):
        made_of["types"] = types
    return record_digest(made_of)[:32]


def _types(charter: Charter, view: View) -> Mapping[str, Mapping[str, str]]:
    """The types of what a view's items are made from; what is derived may look at every column."""
    datasets = [use for use in charter.datasets if use.name in charter.reads(view)]
    read = {*charter.features.entities[view.entity], *view.columns, view.event_time, view.created_time}
    derived = charter.dataset(view.source).derive is not None
    types = {
        use.name: {column: kind for column, kind in use.types.items() if derived or column in read} for use in datasets
    }
    return {name: columns for name, columns in types.items() if columns}


def items_id(charter: Charter, view: View) -> str:
    """What the keys of a view's online items begin with: the model, whose own code writes them and no other's may.

    So a policy can tell them apart; models with an equal view each have their items.
    """
    return f"{charter.model}#{definition(charter, view)}"


def look_back(view: View) -> timedelta:
    """How far back events matter: for the longest window, and for telling how old the newest event is."""
    return max([window.over for window in view.windows] + ([view.ttl] if view.ttl else []))


def most_values(view: View) -> int:
    """How many values, each event's time counted as one, a bucket of the view may hold."""
    asked = look_back(view) // width(view) + 1
    return max(LEAST_MOST, min(MOST_VALUES, MOST_ASKED // asked))


def width(view: View) -> timedelta:
    """How much time a bucket of the view holds: as much as the view looks back, so that a question reads two of them.

    DynamoDB bills each item by itself, and a day's events of one entity fill a small part of the least that is billed.
    """
    back = look_back(view)
    unit = HOUR if back <= HOURLY_UP_TO else DAY
    return min(-(-back // unit) * unit, WIDEST)


def bucket_key(view_id: str, values: tuple[Value, ...], start: int) -> EntityKey:
    """The key of the bucket that starts `start` microseconds after 1970."""
    return EntityKey(_bucket_name(view_id, start), values)


def _bucket_name(view_id: str, start: int) -> str:
    return f"{view_id}@{start // 1_000_000}"


def start_of(key: EntityKey) -> datetime:
    """When the bucket of that key starts."""
    return _EPOCH + timedelta(seconds=int(key.view.rpartition("@")[2]))


def bucket_names(view: View, view_id: str, moment: datetime) -> list[str]:
    """What the keys of every bucket begin with that a question at `moment` depends on, oldest first."""
    step = width(view) // MICROSECOND
    first = micros(moment - look_back(view)) // step
    return [_bucket_name(view_id, index * step) for index in range(first, micros(moment) // step + 1)]


def expiry(view: View, start: int) -> datetime:
    """When no question can depend on the bucket that starts there any more."""
    return moment_of(start) + width(view) + look_back(view) + MARGIN


def oldest_start(view: View, now: datetime) -> int:
    """Where the oldest bucket starts, in microseconds since 1970, that a question from `now` on can depend on."""
    step = width(view) // MICROSECOND
    return micros(now - width(view) - look_back(view) - MARGIN) // step * step


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // MICROSECOND


def moment_of(micros: int) -> datetime:
    """The moment so many microseconds after 1970."""
    return _EPOCH + micros * MICROSECOND
