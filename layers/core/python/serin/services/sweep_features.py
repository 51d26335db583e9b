"""Views whose items nobody is filling: a definition that is new, or uploads that were lost on their way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache

from serin.domain.buckets import definition
from serin.domain.charter import Charter
from serin.domain.errors import NotFound
from serin.domain.events import Event
from serin.domain.fills import QUIET, Fill, Sequences, must_catch_up
from serin.domain.releases import serving_versions
from serin.ports import Catalog, Clock, Events
from serin.services.steps.accepted_uploads import accepted_at


class LastSequences:
    """The last sequences of datasets, each asked for once: views read the same ones, and so do models."""

    def __init__(self, *, catalog: Catalog) -> None:
        self._sequence = cache(lambda dataset: catalog.head(dataset).sequence)

    def of(self, datasets: Iterable[str]) -> Sequences:
        """By dataset."""
        return {name: self._sequence(name) for name in datasets}


def sweep_features(
    charter: Charter,
    correlation: str,
    *,
    catalog: Catalog,
    events: Events,
    clock: Clock,
    heads: LastSequences | None = None,
) -> list[str]:
    """Ask for a backfill where one should begin by itself; the definitions that are behind.

    `heads` are those of one look at several models.
    """
    now, in_use = clock.now(), definitions_in_use(charter, catalog=catalog, heads=heads)
    swept = [
        name
        for name, fill, upto in in_use
        if must_catch_up(fill, upto, now) and not _is_being_built(fill, upto, now, catalog)
    ]
    if swept:
        events.publish(Event("Backfill Wanted", {"model": charter.model}, correlation))
    return swept


def _is_being_built(fill: Fill | None, heads: Sequences, now: datetime, catalog: Catalog) -> bool:
    """Whether all that lacks has just been accepted: who builds it has not had the time."""
    lacking = fill.lacks(heads) if fill else {name: 1 for name, sequence in heads.items() if sequence}
    moments = [accepted_at(dataset, sequence, catalog=catalog) for dataset, sequence in lacking.items()]
    return bool(moments) and now - min(moments) < QUIET


def definitions_in_use(
    charter: Charter, *, catalog: Catalog, heads: LastSequences | None = None
) -> Iterator[tuple[str, Fill | None, Sequences]]:
    """The deployed definitions, then those serving versions were trained with: record, and heads of what they read.

    One without a record that is not deployed reads nobody knows what, and is left out.
    """
    heads = heads or LastSequences(catalog=catalog)
    fills = {fill.definition: fill for fill in catalog.fills(charter.model)}
    deployed = {definition(charter, view): view for view in charter.features.views}
    for name, view in deployed.items():
        yield name, fills.get(name), heads.of(charter.reads(view))
    for name in _trained_with(charter, catalog):
        if name in fills and name not in deployed:
            yield name, fills[name], heads.of(fills[name].upto)


def _trained_with(charter: Charter, catalog: Catalog) -> dict[str, None]:
    """What the serving versions of other charters ask for; those of this one ask for what is deployed."""
    versions: dict[str, None] = {}
    for number in serving_versions(catalog.releases(charter.model)):
        # A version whose training set is no longer remembered has none to tell.
        with suppress(NotFound):
            version = catalog.version(charter.model, number)
            if version.charter != charter.digest():
                versions |= dict.fromkeys(
                    catalog.training_set(charter.model, version.training_set).definitions.values()
                )
    return versions
