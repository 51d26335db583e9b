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
    model: str, holder: str, *, catalog: Catalog, control: Control, endpoint: Endpoint, clock: Clock
) -> Reconciled:
    """Compare the alias, version and weights both, with the last intent; put back what a dead release left.

    An alias that nobody here intended is left alone and reported: somebody may be mending something.
    """
    intent = control.intent(model)
    # Looked at without the lease first: held every few minutes, it would stand in the way of releases.
    if intent is None or _as_intended(intent, control, endpoint):
        return Reconciled(model, "as intended")
    lease = control.acquire(model, holder, clock.now(), SPAN)
    if lease is None:
        return Reconciled(model, "release running")
    try:
        return _put_right(control.intent(model) or intent, catalog, control, endpoint)
    finally:
        control.finish(None, lease)


def _finished(intent: Intent, control: Control) -> bool:
    live = control.live(intent.model)
    return live is not None and live.release == intent.release


def _wanted(intent: Intent, control: Control) -> str:
    return intent.function_version if _finished(intent, control) else intent.previous


def _as_intended(intent: Intent, control: Control, endpoint: Endpoint) -> bool:
    alias = endpoint.alias(intent.model)
    return alias.function_version == _wanted(intent, control) and not alias.weights


def _put_right(intent: Intent, catalog: Catalog, control: Control, endpoint: Endpoint) -> Reconciled:
    model = intent.model
    if _as_intended(intent, control, endpoint):
        return Reconciled(model, "as intended")
    alias, wanted = endpoint.alias(model), _wanted(intent, control)
    if _finished(intent, control) or alias.function_version != intent.function_version:
        return Reconciled(model, "changed by somebody else")
    endpoint.move_alias(model, wanted, alias)
    release = catalog.release(model, intent.release)
    if release.status == "running":
        reason = f"its workflow ended early; function version {wanted} serves again"
        catalog.save_release(replace(release, status="rolled_back", reason=reason))
    return Reconciled(model, "put back")
