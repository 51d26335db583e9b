"""The alias against the last intent, where no release runs: what a dead one left is put back."""

from __future__ import annotations

from typing import Literal

from serin.domain.release_alias import left_by, settled, split_of
from serin.ports import Control, Endpoint

Finding = Literal["as intended", "put back", "changed by somebody else"]


def alias_found(model: str, *, control: Control, endpoint: Endpoint) -> Finding:
    """How the alias stands, version and weights both; `put back` is what remains to be done.

    An alias that splits its traffic while nothing was ever intended is somebody else's.
    """
    alias, intent = endpoint.alias(model), control.intent(model)
    now = split_of(alias.function_version, alias.weights)
    if intent is None:
        return "changed by somebody else" if now.candidate else "as intended"
    if now == settled(intent, control.live(model)):
        return "as intended"
    return "put back" if left_by(intent, now) else "changed by somebody else"


def put_right(model: str, *, control: Control, endpoint: Endpoint) -> Finding:
    """Put back what a dead release left; only who has the lease may. What nobody here intended is left alone."""
    before = endpoint.alias(model)
    finding, intent = alias_found(model, control=control, endpoint=endpoint), control.intent(model)
    if finding == "put back" and intent is not None:
        endpoint.move_alias(model, settled(intent, control.live(model)).function_version, before)
    return finding
