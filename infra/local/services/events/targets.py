"""What rules deliver to, and whether EventBridge may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.local.delivery.registry import target_of
from infra.local.iam.errors import AccessDenied
from infra.local.wiring import wiring
from serin.domain.errors import Invalid

_EVENTS = "events.amazonaws.com"


def check_permission(target: Mapping[str, Any], rule_arn: str) -> None:
    """Raise unless EventBridge may deliver for the rule: by the target's own policy, or as the role the rule gives it.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    arn, role_arn = target["Arn"], target.get("RoleArn")
    wanted = target_of(arn)
    if wanted.role == "must" or (wanted.role == "may" and role_arn):
        _check_role(arn, wanted.action, role_arn)
    else:
        wiring().guard.service_may(_EVENTS, wanted.action, arn, rule_arn)


def _check_role(arn: str, action: str, role_arn: str | None) -> None:
    if not role_arn:
        raise Invalid(f"The rule gives no role for {arn}.", "Name one in the target's RoleArn.")
    if not wiring().guard.service_may_assume(_EVENTS, role_arn):
        raise AccessDenied(f"{_EVENTS} is not authorized to assume {role_arn}", "sts:AssumeRole", role_arn)
    wiring().guard.role_may(role_arn, action, arn)
