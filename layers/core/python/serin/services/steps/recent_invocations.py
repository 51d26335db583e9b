"""What a model's endpoint was asked lately, as far as can be read at once, and which model versions answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from serin.domain.invocations import Invocation
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.steps.logged_invocations import invocation_keys, read_invocations

MOST_FILES = 1000
"""How many files are read at most, the newest: some seconds' work for who has to answer. One holds what a process has
logged within a few seconds: together a day of a quiet endpoint, and minutes of one that many processes answer for."""


@dataclass(frozen=True)
class Recent:
    """The invocations from `since` on and before `until`, and function version → model version of those that answered.

    `files_left_out` are files older than `since` that were too many to read.
    """

    since: datetime
    until: datetime
    invocations: Sequence[Invocation]
    versions: Mapping[str, int]
    files_left_out: int


def recent_invocations(model: str, span: timedelta, *, lake: ObjectStore, catalog: Catalog, clock: Clock) -> Recent:
    """All within `span` before now or, where that is more than can be read at once, of a shorter span."""
    until = clock.now()
    since = until - span
    keys = invocation_keys(model, since, until, lake=lake)
    read = read_invocations(keys[-MOST_FILES:], lake=lake)
    if len(keys) > MOST_FILES and read:
        since = max(since, read[0].at)
    invocations = [one for one in read if since <= one.at < until]
    versions = _versions(model, {one.function_version for one in invocations}, catalog)
    return Recent(since, until, invocations, versions, max(0, len(keys) - MOST_FILES))


def _versions(model: str, functions: Iterable[str], catalog: Catalog) -> dict[str, int]:
    """Function version → model version, looked for among the newest first."""
    wanted, counts = set(functions), dict[str, int]()
    for version in reversed(catalog.versions(model)) if wanted else ():
        published = catalog.published(model, version.version)
        if published is not None and published.function_version in wanted:
            counts[published.function_version] = version.version
        if len(counts) == len(wanted):
            break
    return counts
