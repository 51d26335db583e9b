"""What watching a model has come to: its windows, what people are still to be told, and where the lake keeps it.

Windows lie end to end, whole multiples of the charter's `monitoring.window` since 1970, so that a window is the same
one whoever looks at it and whenever: windows that overlapped would raise more false alarms than were promised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from serin.domain.events import EventName
from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.retraining.decision import Decision
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.judgement.watching.performance import Interval, Performance
from serin.domain.judgement.watching.verdicts import Status, WindowVerdict
from serin.domain.truth import SEALED

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CATCHES_UP = 8
"""How many windows one look judges at most; the next look goes on."""
ANSWER = "the model's answer"
"""Stands for the score, or the class of a task with several, among the features: no column has blanks in its name."""


@dataclass(frozen=True)
class TruthSeen:
    """What was known of a window's predictions by the version it is about.

    `asked` predictions, `labelled` of which have a label that counts, `of_dataset` of those by the truth's own dataset,
    the others by callers. `uncounted` labels do not count, because their tokens sent too many of a day's. `digest`
    names all that was read; `as_of` is when.
    """

    digest: str
    as_of: datetime
    asked: int = 0
    labelled: int = 0
    of_dataset: int = 0
    uncounted: int = 0


@dataclass(frozen=True)
class SliceVerdict:
    """The rows where a column has one value, held against such rows of the reference; and how good the model is there.

    `quality` is the gate's metric with its interval, None where too little truth has come.
    """

    column: str
    value: str
    verdict: WindowVerdict
    quality: Interval | None = None


@dataclass(frozen=True)
class Reported:
    """What a version learnt from, as windows are held against it.

    `windows` windows with rows from `begin` to `end`; `left_out` are columns of the model that cannot be watched, and
    `slices_left_out` how many values of slices have too few rows in it.
    """

    begin: datetime
    end: datetime
    windows: int
    left_out: tuple[str, ...] = ()
    slices_left_out: int = 0


@dataclass(frozen=True)
class WatchedWindow:
    """One window of a model in short, as the catalog keeps it and lists show it.

    `version` is the one that answered most of its rows, and which it is about: `rows` of them, `others` were answered
    by other versions; None where nobody asked. `status` and `sentence` are of its inputs and answers (`drift` of the
    report), `words` say what they and the performance mean together. `performance` has the metrics that were judged,
    the gate's first; none before truth could come; `of_dataset` is that one by the word of the truth's dataset alone,
    `days` and `dataset_days` are the numbers of days they are from. `opened` and `closed` are the episodes it opened
    and closed. `report` is the key of all the rest in the lake. `at` is when it was looked at last.
    """

    model: str
    begin: datetime
    end: datetime
    at: datetime
    status: Status
    sentence: str
    words: str
    version: int | None = None
    rows: int = 0
    others: int = 0
    truth: TruthSeen | None = None
    performance: tuple[Performance, ...] = ()
    of_dataset: Performance | None = None
    days: Mapping[str, Sample] = field(default_factory=dict)
    dataset_days: Sample | None = None
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    report: str = ""


@dataclass(frozen=True)
class WindowReport:
    """The whole of a window: `reports/<model>/<day it ends before>.json` is `as_record` of it.

    - `window`: the window in short, as above; its `performance` is each metric's value, interval, number of rows with
      truth and of days, beside what it was at the gate;
    - `drift`: each column of the model and its answer, the worst first, with every statistic beside its limits, what
      would have been seen, and the sentence; `promise` is how many false alarms a year these limits carry;
    - `slices`: the same of each value of the charter's slices, in short: features with nothing unusual are left out;
    - `skew`: sentences on what the endpoint serves differently from what was learnt, since the version went live;
    - `reference`: what windows are held against; None without a version, or where `no_reference` says why;
    - `value`: what predictions brought per 1,000, in `unit`, where the charter says what decisions are worth;
    - `estimated`: what the scores promised before truth came, which assumes that they mean what they meant.
    """

    window: WatchedWindow
    drift: WindowVerdict
    slices: tuple[SliceVerdict, ...] = ()
    skew: tuple[str, ...] = ()
    reference: Reported | None = None
    no_reference: str | None = None
    value: Performance | None = None
    unit: str | None = None
    estimated: Performance | None = None


@dataclass(frozen=True)
class Outgoing:
    """What people, and those who hear events, are still to be told; sent once it is written down."""

    subject: str
    text: str
    event: EventName | None = None
    detail: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class WatchState:
    """Where watching a model stands. `judged` is when the newest window that was judged ends.

    `version` is the one whose reference the episodes are against. `outbox` is what is still to be told. `decision` is
    the newest about a retraining, and `decided` names the one that was told last, so that it is told once.
    """

    model: str
    looked: datetime | None = None
    judged: datetime | None = None
    version: int | None = None
    episodes: tuple[Episode, ...] = ()
    outbox: tuple[Outgoing, ...] = ()
    decision: Decision | None = None
    decided: str | None = None
    revision: int = 0


def window_end(at: datetime, length: timedelta) -> datetime:
    """When the newest window ends that is over by `at`."""
    return _EPOCH + (at - _EPOCH) // length * length


def windows_due(since: datetime, length: timedelta, now: datetime) -> tuple[datetime, ...]:
    """The ends of windows after `since` whose predictions are all logged by now, oldest first."""
    newest = window_end(now - SEALED, length)
    count = max((newest - window_end(since, length)) // length, 0)
    return tuple(newest - back * length for back in reversed(range(count)))[:CATCHES_UP]


def summary_file(model: str, day: date, version: int, reading: str) -> str:
    """The key of the counts of a day's rows that a version answered; `reading` is a digest of how they are read."""
    return f"{summaries_since(model, day)}-v{version}-{reading[:16]}.parquet"


def summaries_below(model: str) -> str:
    """What the keys of all such counts begin with."""
    return f"watching/{model}/days/"


def summaries_since(model: str, day: date) -> str:
    """What comes before the keys of such counts of a day and of all later ones, and after those of earlier ones."""
    return f"{summaries_below(model)}{day}"


def reference_file(model: str, version: int, name: str, policy: str) -> str:
    """The key of a version's reference; `policy` is a digest of what it follows from besides the version."""
    return f"watching/{model}/{version}/{name}-{policy[:16]}"


def report_file(model: str, end: datetime) -> str:
    """The key of a window's report."""
    return f"reports/{model}/{end:%Y-%m-%d}.json"
