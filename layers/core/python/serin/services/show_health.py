"""How the versions behind a model's endpoint did lately, by what they and the platform have logged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from serin.domain.health import Health, health_of
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.steps.logged_invocations import invocation_keys, read_invocations

MOST_FILES = 1000
"""How many files are read at most, the newest: some seconds' work for who has to answer. One holds what a process has
logged within a few seconds: together a day of a quiet endpoint, and minutes of one that many processes answer for."""


def show_health(model: str, span: timedelta, *, lake: ObjectStore, catalog: Catalog, clock: Clock) -> Health:
    """The health of each version that was called within `span` before now.

    Where there is more than can be read at once, it is of a shorter span: `since` says from when on, `files_left_out`
    how many older files were not read.
    """
    until = clock.now()
    since = until - span
    keys = invocation_keys(model, since, until, lake=lake)
    read = read_invocations(keys[-MOST_FILES:], lake=lake)
    if len(keys) > MOST_FILES and read:
        since = max(since, read[0].at)
    invocations = [one for one in read if since <= one.at < until]
    versions = _versions(model, {one.function_version for one in invocations}, catalog)
    left_out = max(0, len(keys) - MOST_FILES)
    return Health(model, since, until, health_of(invocations, versions), left_out)


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
