"""What a shadow leaves: pairs of answers to one logged row, the calls they took, and the truth that came later."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from serin.domain.charter import Scalar, Score

_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z")
Kind = Literal["pairs", "calls", "truth", "lines"]
Side = Literal["candidate", "live"]


@dataclass(frozen=True)
class ShadowRow:
    """A logged row that a version is asked again.

    `features` are values that both versions use, as they were logged; every other one is looked up as of `at`, the
    moment of the request.
    """

    prediction_id: str
    at: datetime
    inputs: Mapping[str, Any]
    features: Mapping[str, Any]


@dataclass(frozen=True)
class ShadowAnswer:
    """What a version says of one row: a score and, of classes, a label; or why it has none.

    `changed` names views whose value at the row's moment nobody knows any more: a newer one has taken its place.
    """

    score: Score | None = None
    label: Scalar | None = None
    error: str | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShadowCall:
    """One invocation: Lambda's id for it, the log stream of the sandbox that answered, an answer for each row.

    `failure` is what ended it before it could answer; then every row has that for its error, and no sandbox is known.
    """

    invocation: str
    answers: tuple[ShadowAnswer, ...]
    sandbox: str | None = None
    failure: str | None = None


def failed_call(invocation: str, failure: str, rows: int) -> ShadowCall:
    """A call that ended before it could answer any of its rows."""
    return ShadowCall(invocation, rows * (ShadowAnswer(error=failure[:1000]),), None, failure[:1000])


@dataclass(frozen=True)
class CallMade:
    """That a call took place, and where; what of it is remembered besides the pairs."""

    invocation: str
    side: Side
    rows: int
    sandbox: str | None = None
    failure: str | None = None


@dataclass(frozen=True)
class Pair:
    """A row that the live version answered in traffic, and what the candidate answers to it.

    `entity` are the inputs that name what the truth is about, as they were logged.
    """

    prediction_id: str
    at: datetime
    entity: tuple[Any, ...]
    live: ShadowAnswer
    candidate: ShadowAnswer
    invocation: str


@dataclass(frozen=True)
class Matured:
    """The right answer to a pair's row, and when it came to be known."""

    prediction_id: str
    label: Scalar
    created: datetime


def shadow_file(model: str, release: str, kind: Kind, at: datetime, digest: str) -> str:
    """The key in the lake of what was learnt at that moment: keys in order are in the order of time."""
    return f"{shadow_files(model, release, kind)}{at:%Y%m%dT%H%M%S%f}-{digest[:32]}.jsonl.gz"


def shadow_log_file(model: str, release: str, digest: str) -> str:
    """The key of log lines of that shadow: beside all else of it, in no reader's way who looks for predictions."""
    return f"{shadow_files(model, release, 'lines')}{digest[:32]}.jsonl.gz"


def shadow_files(model: str, release: str, kind: Kind) -> str:
    """What the keys of all files of a kind begin with; raises ValueError for what no release is called."""
    if not _RELEASE.match(release):
        raise ValueError(f"no release is called {release[:80]!r}")
    return f"shadow/{model}/{release}/{kind}-"


def first_of_each(pairs: Sequence[Pair]) -> list[Pair]:
    """Each logged row's pair that was stored first: a round that was cut off and repeated asks some rows twice."""
    firsts: dict[str, Pair] = {}
    for pair in pairs:
        firsts.setdefault(pair.prediction_id, pair)
    return list(firsts.values())
