"""A deploy of a model's endpoint has ended: what is live gets the new code, by a release like any other."""

from __future__ import annotations

from serin.domain.releases import DEPLOYED
from serin.ports import Catalog, Control, Endpoint, Workflows
from serin.services.release.put_right import made_anew


def release_deployed(
    model: str,
    release_id: str,
    *,
    catalog: Catalog,
    control: Control,
    endpoint: Endpoint,
    workflows: Workflows,
) -> bool:
    """Start a release of the live version, unless it has been published from this very code; whether one was started.

    While another release runs it waits for its end, and is then about what is live by that time. An endpoint that was
    made anew has nothing of what was live, whatever it was published from.
    """
    live = control.live(model)
    if live is None or any(parked.cause == DEPLOYED for parked in control.parked(model)):
        return False
    if made_anew(live, endpoint=endpoint):
        return workflows.start_release(model, live.version, release_id, DEPLOYED, release_id)
    published, now = catalog.published(model, live.version), endpoint.deployed(model)
    if published is not None and (published.code_sha256, published.layers) == (now.code_sha256, now.layers):
        return False
    return workflows.start_release(model, live.version, release_id, DEPLOYED, release_id)
