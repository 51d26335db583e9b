"""What a function's role may do elsewhere, asked where Lambda asks it: when a function is configured."""

from __future__ import annotations

from infra.local.delivery.message import service_of
from infra.local.delivery.registry import target_of
from infra.local.iam.errors import AccessDenied
from infra.local.services.awslambda.api.errors import invalid
from infra.local.wiring import wiring

_CALLS = {
    "sqs": "SendMessage on SQS",
    "sns": "Publish on SNS",
}


def may(role_arn: str, action: str, resource_arn: str) -> bool:
    """Whether the role is allowed the action."""
    try:
        wiring().guard.role_may(role_arn, action, resource_arn)
    except AccessDenied:
        return False
    return True


def check_dead_letters(role_arn: str, target_arn: str) -> None:
    """Refuse a dead-letter queue or topic the role may not send to."""
    service = service_of(target_arn)
    if service not in _CALLS:
        raise invalid(f"The dead letter target {target_arn} is neither an SQS queue nor an SNS topic.")
    if not may(role_arn, target_of(target_arn).action, target_arn):
        raise invalid(f"The provided execution role does not have permissions to call {_CALLS[service]}")
