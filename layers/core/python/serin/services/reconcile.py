"""The alias against the intent: what a dead release left half-done is put back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from serin.domain.releases import Intent
from serin.ports import Catalog, Clock, Control, Endpoint

SPAN = timedelta(minutes=1)


@dataclass(frozen=True)
class Reconciled:
    """What was found at one model's alias, and whether it was put right."""

    model: str
    found: Literal["as intended", "release running", "put back", "changed by somebody else"]


def reconcile(
    model: str, holder: str, catalog: Catalog, control: Control, endpoint: Endpoint, clock: Clock
) -> Reconciled:
    """Compare the alias, version and weights both, with the last intent; put back what a dead release left.

    An alias that nobody here intended is left alone and reported: somebody may be mending something.
    """
    lease = control.acquire(model, holder, clock.now(), SPAN)
    if lease is None:
        return Reconciled(model, "release running")
    try:
        intent = control.intent(model)
        if intent is None:
            return Reconciled(model, "as intended")
        return _put_right(intent, catalog, control, endpoint)
    finally:
        control.finish(None, lease)


def _put_right(intent: Intent, catalog: Catalog, control: Control, endpoint: Endpoint) -> Reconciled:
    model, alias, live = intent.model, endpoint.alias(intent.model), control.live(intent.model)
    finished = live is not None and live.release == intent.release
    wanted = intent.function_version if finished else intent.previous
    if alias.function_version == wanted and not alias.weights:
        return Reconciled(model, "as intended")
    if finished or alias.function_version != intent.function_version:
        return Reconciled(model, "changed by somebody else")
    endpoint.move_alias(model, wanted, alias)
    release = catalog.release(model, intent.release)
    if release.status == "running":
        reason = f"its workflow ended early; function version {wanted} serves again"
        catalog.save_release(replace(release, status="rolled_back", reason=reason))
    return Reconciled(model, "put back")
