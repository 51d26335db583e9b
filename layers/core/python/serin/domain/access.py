"""Tokens and scopes: who may do what, to which model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from serin.domain.errors import Denied
from serin.domain.names import digest


@dataclass(frozen=True)
class Token:
    """A bearer token as it is stored: never itself, only its digest. `scopes` are `action` or `action:model`."""

    hash: str
    owner: str
    scopes: tuple[str, ...]
    expires: datetime
    revoked: bool = False

    def valid_at(self, moment: datetime) -> bool:
        """Whether the token opens anything at that moment."""
        return not self.revoked and moment < self.expires


def token_hash(secret: str) -> str:
    """What is stored of a token. Secrets are random 256-bit strings, so a plain digest is enough."""
    return digest("token", secret)


def require(scopes: tuple[str, ...], action: str, model: str | None = None) -> None:
    """Raise Denied unless one of `scopes` allows `action` (for `model`, when the action is about one)."""
    allowed = {action, f"{action}:*"} if model is None else {f"{action}:{model}", f"{action}:*"}
    if not allowed & set(scopes):
        wanted = action if model is None else f"{action}:{model}"
        raise Denied(f"This token has no scope {wanted}.", f"Ask for a token with the scope {wanted}.")
