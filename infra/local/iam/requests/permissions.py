"""Which permissions a request needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests import awslambda, dynamodb, messaging, others, s3
from infra.local.iam.requests.reading import ApiRequest

_SERVICES: Mapping[str, Callable[[ApiRequest], Iterable[Asked] | None]] = {
    "cloudformation": others.cloudformation,
    "dynamodb": dynamodb.asked,
    "events": messaging.events,
    "lambda": awslambda.asked,
    "logs": others.logs,
    "monitoring": others.cloudwatch,
    "s3": s3.asked,
    "sns": messaging.sns,
    "sqs": messaging.sqs,
    "ssm": others.ssm,
    "states": others.states,
    "sts": others.sts,
}
"""By the name requests are signed for."""


def permissions_of(request: ApiRequest) -> tuple[Asked, ...] | None:
    """Everything that must be allowed; None where the local cloud does not know what an operation needs."""
    service = _SERVICES.get(request.service)
    try:
        found = None if service is None else service(request)
    except (KeyError, TypeError, AttributeError):
        # A parameter that has to be there is not; nothing can be said of such a request.
        return None
    return None if found is None else tuple(found)
