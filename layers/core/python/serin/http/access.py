"""Who is calling, as the authorizer found out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from serin.domain.access import require


@dataclass(frozen=True)
class Caller:
    """The owner of the token, its scopes, and the gateway's id of this call."""

    owner: str
    scopes: tuple[str, ...]
    request_id: str

    def needs(self, action: str, model: str | None = None) -> None:
        """Raise Denied unless the caller may do this."""
        require(self.scopes, action, model)


def caller(request: Request) -> Caller:
    """The caller of this request. Without an authorizer's answer nobody is known and nothing is allowed."""
    event = request.scope.get("aws.event", {})
    context = event.get("requestContext", {})
    found = context.get("authorizer", {}).get("lambda") or {}
    scopes = tuple(found.get("scopes", "").split())
    return Caller(found.get("owner", "nobody"), scopes, context.get("requestId", ""))


Who = Annotated[Caller, Depends(caller)]
