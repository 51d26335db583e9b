"""What AWS's services do on a role's behalf where nobody sees a request.

Each call needs the role's permission, so the guard is asked at the very moment; what happens without is the caller's.
"""

from __future__ import annotations

from collections.abc import Sequence

from infra.local.iam.errors import AccessDenied
from infra.local.wiring import Guard


def perform(guard: Guard, actions: Sequence[str], role_arn: str) -> bool:
    """Ask for every call with the role, on `*`: what they are of has no name in policies; False when one was denied."""
    denied = [action for action in actions if not _may(guard, role_arn, action)]
    return not denied


def _may(guard: Guard, role_arn: str, action: str) -> bool:
    try:
        guard.role_may(role_arn, action, "*")
    except AccessDenied:
        return False
    return True
