"""The alias against the last intent, where no release runs: what a dead one left is put back."""

from __future__ import annotations

from typing import Literal

from serin.domain.release_alias import BOOTSTRAP, Split, left_by, settled, split_of
from serin.domain.releases import Live
from serin.ports import Control, Endpoint

Finding = Literal["as intended", "put back", "changed by somebody else"]


def made_anew(live: Live | None, *, endpoint: Endpoint) -> bool:
    """Whether the endpoint was deleted and deployed again since this went live: its function version is gone."""
    return live is not None and live.function_version not in endpoint.function_versions(live.model)


def alias_found(model: str, *, control: Control, endpoint: Endpoint) -> Finding:
    """How the alias stands, version and weights both; `put back` is what remains to be done.

    Before anything is live nobody here knows what was deployed: whatever serves whole is what a first release finds.
    """
    alias, intent, live = endpoint.alias(model), control.intent(model), control.live(model)
    now = split_of(alias.function_version, alias.weights)
    if intent is not None and now == settled(intent, live):
        return "as intended"
    if now == Split(BOOTSTRAP) and made_anew(live, endpoint=endpoint):
        # What was live cannot be put back. An alias that a late step of the first release took back so far can.
        return "changed by somebody else"
    ended = live is not None and intent is not None and live.release == intent.release
    if intent is not None and not ended and left_by(intent, now):
        return "put back"
    return "changed by somebody else" if live is not None or now.candidate else "as intended"


def put_right(model: str, *, control: Control, endpoint: Endpoint) -> Finding:
    """Put back what a dead release left; only who has the lease may. What nobody here intended is left alone."""
    before = endpoint.alias(model)
    finding, intent = alias_found(model, control=control, endpoint=endpoint), control.intent(model)
    if finding == "put back" and intent is not None:
        endpoint.move_alias(model, settled(intent, control.live(model)).function_version, before)
    return finding
