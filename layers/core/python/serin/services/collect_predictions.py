"""Lines of a predict function's log become files of the lake: predictions, invocations, and what a shadow said."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from serin.domain.errors import Invalid
from serin.domain.invocation_lines import invocation_in, is_counted, moment_in
from serin.domain.invocations import Invocation, invocation_file, merged
from serin.domain.names import checked_name, digest
from serin.domain.predictions import log_file
from serin.domain.records import as_record
from serin.domain.shadows import shadow_log_file
from serin.ports import ObjectStore

Line = Mapping[str, Any]
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError)
"""What a line of no known form is read as: a model's own code prints to the same log, and may print anything."""


@dataclass(frozen=True)
class Collected:
    """How much was written of each kind; `foreign` lines speak of another model, and `unreadable` ones of nothing."""

    collected: int = 0
    foreign: int = 0
    shadow: int = 0
    invocations: int = 0
    unreadable: int = 0


def collect_predictions(model: str, stream: str, lines: Sequence[str], *, lake: ObjectStore) -> Collected:
    """Write what the log stream of one process of a model tells.

    Each prediction once below `predictions/<model>/<date>/`; what a shadow answered below `shadow/<model>/<release>/`,
    where nobody counts it as a prediction; of each invocation what is known of it below `invocations/<model>/<date>/`.
    The log's owner decides whose lines they are, and the stream which function version has printed them: a model's own
    code can print lines that name others.

    A file of predictions or invocations holds lines of one minute and is named by its first and last moment, which is
    how a prediction is found again, and by its content: the same batch delivered twice is one file. Readers drop ids
    they have seen, since a batch may come again in other company.
    """
    checked_name(model, "model")
    read = [_line(text) for text in lines]
    predictions = [(moment_of(line), line) for line in read if "prediction_id" in line]
    own = [(at, line) for at, line in predictions if line["model"] == model]
    invocations, unreadable = _invocations([line for line in read if line.get("model", model) == model], stream)
    shadowed, nameless = _keep_shadow(model, [line for _, line in own if "shadow" in line], lake)
    return Collected(
        _keep_predictions(model, [(at, line) for at, line in own if "shadow" not in line], lake),
        len(predictions) - len(own),
        shadowed,
        _keep_invocations(model, invocations, lake),
        unreadable + nameless,
    )


def moment_of(line: Line) -> datetime:
    """The moment of a line of the prediction log; raises Invalid for another."""
    try:
        if isinstance(line["model"], str) and isinstance(line["prediction_id"], str):
            return moment_in(line["at"])
    except _UNREADABLE:
        pass
    raise _not_a_line(json.dumps(line))


def _keep_predictions(model: str, lines: Iterable[tuple[datetime, Line]], lake: ObjectStore) -> int:
    # A request that came again has the same ids, and what each attempt was answered is kept.
    groups: dict[datetime, dict[tuple[str, Any], tuple[datetime, Line]]] = defaultdict(dict)
    for at, line in lines:
        groups[_minute(at)].setdefault((line["prediction_id"], line.get("request_id")), (at, line))
    for unique in groups.values():
        moments, content = [at for at, _ in unique.values()], _content([line for _, line in unique.values()])
        _put(lake, log_file(model, min(moments), max(moments), digest(content)), content)
    return sum(map(len, groups.values()))


def _keep_shadow(model: str, lines: Sequence[Line], lake: ObjectStore) -> tuple[int, int]:
    """How many lines were kept, and how many name what can be no release."""
    groups: dict[str, dict[str, Line]] = defaultdict(dict)
    for line in lines:
        groups[str(line["shadow"])].setdefault(line["prediction_id"], line)
    kept = nameless = 0
    for release, unique in groups.items():
        content = _content(unique.values())
        try:
            _put(lake, shadow_log_file(model, release, digest(content)), content)
            kept += len(unique)
        except ValueError:
            nameless += len(unique)
    return kept, nameless


def _keep_invocations(model: str, invocations: Sequence[Invocation], lake: ObjectStore) -> int:
    groups: dict[datetime, list[Invocation]] = defaultdict(list)
    for invocation in invocations:
        groups[_minute(invocation.at)].append(invocation)
    for group in groups.values():
        content = _content([as_record(invocation) for invocation in group])
        _put(lake, invocation_file(model, group[0].at, group[-1].at, digest(content)), content)
    return len(invocations)


def _invocations(lines: Iterable[Line], stream: str) -> tuple[list[Invocation], int]:
    records: list[Invocation] = []
    unreadable = 0
    for line in lines:
        try:
            record = invocation_in(line, stream)
        except _UNREADABLE:
            unreadable += 1
            continue
        records += [] if record is None else [record]
    return merged(records), unreadable


def _line(text: str) -> Line:
    try:
        line = json.loads(text)
    except ValueError as error:
        raise _not_a_line(text) from error
    if not isinstance(line, dict) or not is_counted(line):
        raise _not_a_line(text)
    return line


def _not_a_line(text: str) -> Invalid:
    return Invalid(f"Not a line of the prediction log: {text[:80]!r}.", "Look at the subscription's filter.")


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _content(lines: Iterable[object]) -> bytes:
    return "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines).encode()


def _put(lake: ObjectStore, key: str, content: bytes) -> None:
    lake.put(key, gzip.compress(content, mtime=0))
