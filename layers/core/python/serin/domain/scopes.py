"""Whether a call may do what it asks: what tokens are, and who makes them, is `serin.domain.access`."""

from __future__ import annotations

from collections.abc import Mapping

from serin.domain.errors import Denied
from serin.domain.printable import printable

WIDER: Mapping[str, str] = {"stop": "release"}
"""Action → the action whose scope allows it too."""


def require(scopes: tuple[str, ...], action: str, model: str | None = None) -> None:
    """Raise Denied unless one of `scopes` allows `action` (for `model`, when the action is about one)."""
    actions = (action, WIDER[action]) if action in WIDER else (action,)
    allowed = [name for one in actions for name in (f"{one}:*", one if model is None else f"{one}:{model}")]
    if not any(scope in allowed for scope in scopes):
        wanted = action if model is None else f"{action}:{printable(model)}"
        raise Denied(f"This token has no scope {wanted}.", f"Ask for a token with the scope {wanted}.")


def iam_scopes(route: str) -> tuple[str, ...]:
    """What a caller may whom IAM let at a route: that route's action and no other.

    It is `POST /models/<model>/{proxy+}`, and where a release asks by itself `POST /models/<model>/predict`.
    """
    # Its patterns are compiled for whoever signs: most callers have a token.
    from serin.domain.names import NAME

    match route.split("/"):
        case ["POST ", "models", model, "predict"] | ["POST ", "models", model, "{proxy+}"] if NAME.match(model):
            return (f"predict:{model}",)
    return ()
