"""A change of a function takes Lambda a moment, and until then it takes no other; a new version cannot run yet.

https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html

The moment is the clock's. While the clock stands, work takes no time, and so neither does a change: whoever waits for
it sleeps by the machine's time, and the clock waits for whoever works.
"""

from __future__ import annotations

from typing import Any

from moto.awslambda.models import LambdaFunction

from infra.local.services.awslambda.api.errors import conflict
from infra.local.services.awslambda.api.names import LATEST
from infra.local.wiring import wiring

CHANGE_S: float = 0.9
"""Less than SDKs sleep between two looks, so that the second one finds the change done."""

_REFUSED = "The operation cannot be performed at this time."
_CREATING = ("The function is being created.", "Creating")


def begin(function: LambdaFunction) -> None:
    """A change of `$LATEST`, or the making of a published version, takes its time from now on."""
    function.settled_s = wiring().clock.time() + CHANGE_S  # type: ignore[attr-defined]


def settle(function: LambdaFunction) -> None:
    """Whatever was under way is done, as for CloudFormation, which waits for it by itself."""
    function.settled_s = 0.0  # type: ignore[attr-defined]


def settles(function: LambdaFunction) -> bool:
    """Whether a change is under way."""
    clock = wiring().clock
    return not clock.stands and clock.time() < getattr(function, "settled_s", 0.0)


def states_of(function: LambdaFunction) -> dict[str, Any]:
    """What the function's configuration says of that, where something is under way."""
    if not settles(function):
        return {}
    reason, code = _CREATING
    if str(function.version) == LATEST:
        return {
            "LastUpdateStatus": "InProgress",
            "LastUpdateStatusReason": reason,
            "LastUpdateStatusReasonCode": code,
        }
    return {"State": "Pending", "StateReason": reason, "StateReasonCode": code}


def refuse_change(function: LambdaFunction) -> None:
    """Raise ResourceConflictException while a change is under way."""
    if settles(function):
        raise conflict(f"{_REFUSED} An update is in progress for resource: {function.function_arn}")


def refuse_pending(function: LambdaFunction) -> None:
    """Raise ResourceConflictException for a published version that is still being made."""
    if str(function.version) != LATEST and settles(function):
        raise conflict(f"{_REFUSED} The function is currently in the following state: Pending")
