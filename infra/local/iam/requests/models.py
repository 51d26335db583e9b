"""What AWS's own models of its services say of operations and their parameters."""

from __future__ import annotations

from typing import Any

from botocore.model import OperationModel, ServiceModel, Shape
from botocore.validate import ParamValidator
from moto.core.utils import get_service_model

from infra.local.iam.errors import Unreadable
from infra.local.iam.requests.shapes import check_of

_NAMED_OTHERWISE = {"apigateway": "apigatewayv2", "monitoring": "cloudwatch", "states": "stepfunctions"}
_MODELS = {
    **{one: one for one in ("budgets", "cloudformation", "dynamodb", "events", "iam", "lambda", "logs")},
    **{one: one for one in ("s3", "sagemaker", "sns", "sqs", "ssm", "sts")},
    **_NAMED_OTHERWISE,
}
"""By the name requests are signed for."""


def model_of(service: str) -> ServiceModel | None:
    """None for a service the local cloud does not serve."""
    name = _MODELS.get(service)
    return None if name is None else get_service_model(name)


def members_of(operation: OperationModel) -> dict[str, Any]:
    """The shapes of an operation's parameters."""
    return {} if operation.input_shape is None else dict(operation.input_shape.members)


def spelled(name: str, shape: Shape) -> str:
    """A parameter as requests have it."""
    return str(shape.serialization.get("name", name))


def check(params: Any, shape: Shape | None, code: str = "ValidationException") -> None:
    """Raise Unreadable unless these are parameters of the shape: each known, of its type, and none missing."""
    if shape is None:
        if params:
            raise Unreadable(code, f"The operation takes no parameters, and {', '.join(params)} is given.")
        return
    try:
        if check_of(shape)(params):
            return
        report = ParamValidator().validate(params, shape)
    except (AttributeError, TypeError, ValueError, KeyError, RecursionError) as error:
        raise Unreadable(code, "The parameters are not of the types the operation takes.") from error
    if report.has_errors():
        raise Unreadable(code, report.generate_report())
