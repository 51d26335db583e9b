"""What the guard says no with."""

from __future__ import annotations

from serin.domain.errors import SerinError


class AccessDenied(SerinError):
    """A role or a service wants what no deployed policy allows it; the message is AWS's."""

    kind = "denied"

    def __init__(self, message: str, action: str, resource: str) -> None:
        super().__init__(message, f"Allow {action} on {resource} where the template grants it, or do not ask for it.")
        self.action = action
        self.resource = resource


class Unreadable(Exception):
    """A request that is not exactly what its service's model has, in the words of the service that refuses it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
