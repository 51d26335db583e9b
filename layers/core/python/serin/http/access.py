"""Who is calling, as the authorizer found out, and what they may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request

from serin.domain.access import ACTIONS
from serin.domain.asking import Asking
from serin.domain.errors import Denied
from serin.domain.idempotency import HEADER, key_digest
from serin.domain.names import digest
from serin.domain.scopes import require

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_NEEDED = "serin_action"


@dataclass(frozen=True)
class Caller:
    """The owner of the token, its scopes, the gateway's id of this call, and the token's own id."""

    owner: str
    scopes: tuple[str, ...]
    request_id: str
    token: str

    def asks_again(self, key: str | None) -> str | None:
        """Names what this caller asks under an `Idempotency-Key`, the same however often; None without a key."""
        known = key_digest({HEADER: key})
        return None if known is None else digest(self.token, known)

    def asking(self, key: str | None, at: datetime) -> Asking:
        """This call, as one that asks for work at that moment."""
        return Asking(self.owner, self.token, at, self.request_id, self.asks_again(key))


def caller(request: Request) -> Caller:
    """The caller of this request. Without an authorizer's answer nobody is known and nothing is allowed."""
    event = request.scope.get("aws.event", {})
    context = event.get("requestContext", {})
    identity = context.get("authorizer", {}).get("lambda") or {}
    scopes = tuple(identity.get("scopes", "").split())
    return Caller(identity.get("owner", "nobody"), scopes, context.get("requestId", ""), identity.get("token", ""))


Who = Annotated[Caller, Depends(caller)]
IdempotencyKey = Annotated[
    str | None,
    Header(alias=HEADER, max_length=256, description="A word of the caller's own: sent again, nothing begins twice."),
]


def needs(action: str) -> Callable[[Endpoint], Endpoint]:
    """Mark what a route asks a scope for; of the model in its path, where one model is what the action is done to.

    `SerinRoute` asks for it before it reads anything else of the request: who may not is told nothing, neither
    what there is nor what is wrong with their request.
    """

    def marked(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _NEEDED, action)
        return endpoint

    return marked


def check_access(endpoint: Callable[..., Any], request: Request) -> None:
    """Raise Denied unless the caller may what the route does, and for a route that says nothing of it."""
    action = getattr(endpoint, _NEEDED, None)
    if action is None:
        raise Denied("Nobody may call this route.", "Say what it needs, where it is defined.")
    about_one = ACTIONS[action]
    require(caller(request).scopes, action, request.path_params["model"] if about_one else None)
