"""Schedule → reconcile every model, and ask for what its features lack."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from serin.bootstrap import platform
from serin.domain.records import as_record
from serin.logs import Work
from serin.services.reconcile import Reconciled, reconcile
from serin.services.release.context import ReleaseContext
from serin.services.steps.notices import tell_people
from serin.services.sweep_features import LastSequences, sweep_features


def handle(event: Mapping[str, Any], context: Any) -> list[Any]:
    """Put right what can be; the log says what was found where."""
    heads = LastSequences(catalog=platform().catalog)
    return [as_record(looked_at(model, heads, context)) for model in sorted(platform().charters)]


def looked_at(model: str, heads: LastSequences, context: Any) -> Reconciled:
    """One model, and a line about it; another line where features lack something."""
    world, call = platform(), context.aws_request_id
    with Work("reconcile", call, context, lambda: world.clock) as work:
        findings = reconcile(reconciler_of(model, call))
        work.tells(model=model, outcome=findings.found)
    with Work("reconcile", call, context, lambda: world.clock) as work:
        behind = sweep_features(
            world.charters[model], call, catalog=world.catalog, events=world.events, clock=world.clock, heads=heads
        )
        work.tells(model=model, step="features", outcome="backfill wanted")
        if not behind:
            work.keeps_silent()
    return findings


def reconciler_of(model: str, call: str) -> ReleaseContext:
    """The ports of whoever puts a model's releases right."""
    world = platform()
    return ReleaseContext(
        model=model,
        id=f"reconcile-{call}",
        catalog=world.catalog,
        control=world.control,
        endpoint=world.endpoint,
        events=world.events,
        workflows=world.workflows,
        clock=world.clock,
        tell=partial(tell_people, catalog=world.catalog, notices=world.notices),
    )
