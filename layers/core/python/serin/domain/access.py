"""Tokens and scopes: who may do what, to which model."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from serin.domain.errors import Invalid
from serin.domain.names import NAME, digest
from serin.domain.printable import printable

ACTIONS: Mapping[str, bool] = {
    "read": False,
    "predict": True,
    "feedback": True,
    "correct": True,
    "train": True,
    "release": True,
    "stop": True,
    "approve": True,
    "features": False,
}
"""What a scope may allow, and whether that is done to one model. `stop` is of what is not live, `correct` of the rows
of the datasets that a model reads."""

REVOCATION_LAG = timedelta(seconds=60)
"""A revoked token may open doors for as long as this: the API keeps the authorizer's answer."""

LONGEST_LIFE = timedelta(days=36_500)
OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}\Z")
MOST_SCOPES = 50
_ID_LENGTH = 12


@dataclass(frozen=True)
class Token:
    """A bearer token as it is stored: never itself, only its digest. `scopes` are `action` or `action:model`."""

    hash: str
    owner: str
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime
    revoked: datetime | None = None

    @property
    def id(self) -> str:
        """What names the token where people can see it."""
        return self.hash[:_ID_LENGTH]

    def valid_at(self, moment: datetime) -> bool:
        """Whether the token opens anything at that moment."""
        return self.revoked is None and moment < self.expires

    def revoked_at(self, moment: datetime) -> Token:
        """The token as it is once somebody has taken it back; a second time changes nothing."""
        return self if self.revoked else replace(self, revoked=moment)


def token_hash(secret: str) -> str:
    """What is stored of a token. Secrets are random 256-bit strings, so a plain digest is enough."""
    return digest("token", secret)


def checked_owner(owner: str) -> str:
    """Return `owner` if it may stand in logs and lists, else raise Invalid."""
    if not OWNER.match(owner):
        raise Invalid(
            f"{printable(owner)!r} cannot own a token.",
            "Use letters, digits and . _ @ + -, a letter or digit first, 64 characters at most.",
            "owner",
        )
    return owner


def checked_scopes(scopes: Sequence[str], models: Collection[str]) -> tuple[str, ...]:
    """Return `scopes`, each once, if every one of them opens something; raise Invalid for the first that does not.

    `models` are those that are deployed.
    """
    if not 0 < len(scopes) <= MOST_SCOPES:
        raise Invalid(f"There are {len(scopes)} scopes.", f"Name 1 to {MOST_SCOPES}, such as {_examples()}.", "scope")
    for scope in scopes:
        _check_scope(scope, models)
    return tuple(dict.fromkeys(scopes))


def _check_scope(scope: str, models: Collection[str]) -> None:
    action, colon, model = scope.partition(":")
    if action not in ACTIONS:
        raise _wrong(scope, f"has no action Serin knows; there are {', '.join(ACTIONS)}", f"Write {_examples()}.")
    if not ACTIONS[action]:
        if colon and model != "*":
            raise _wrong(scope, f"names a model, and {action} is about none", f"Write {action}.")
    elif not colon:
        raise _wrong(scope, "opens nothing without a model", f"Write {action}:<model>, or {action}:* for all models.")
    elif model != "*" and not (NAME.match(model) and model in models):
        known = ", ".join(sorted(models)) or "none"
        raise _wrong(scope, f"names a model that is not deployed; there are {known}", f"Name one, or write {action}:*.")


def _wrong(scope: str, found: str, remedy: str) -> Invalid:
    return Invalid(f"The scope {printable(scope)!r} {found}.", remedy, "scope")


def _examples() -> str:
    return ", ".join(f"{action}:<model>" if about_one else action for action, about_one in ACTIONS.items())
