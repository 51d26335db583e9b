"""The API's authorizer: a bearer token → scopes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.log_fields import Fields
from serin.logs import logged
from serin.services.tokens import scopes_of


def let_in(answer: Mapping[str, Any]) -> Fields:
    """What the log says of an answer: never the token, nor whose it is."""
    return {"outcome": "ok" if answer["isAuthorized"] else "refused"}


@logged("authorize", lambda: platform().clock, let_in)
def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Who the token belongs to and its scopes. The answer is cached for every route, so each handler checks its own."""
    world = platform()
    token = scopes_of(event.get("headers", {}).get("authorization", ""), control=world.control, clock=world.clock)
    if token is None:
        return {"isAuthorized": False}
    known = {"owner": token.owner, "token": token.id, "scopes": " ".join(token.scopes)}
    return {"isAuthorized": True, "context": known}
