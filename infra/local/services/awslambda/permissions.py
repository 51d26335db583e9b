"""Lambda: functions by their qualified ARN where a version or alias is meant, layers and code as what they are.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.passing import passes
from infra.local.iam.requests.reading import ApiRequest, named

_OF_A_VERSION = {
    "Invoke": "lambda:InvokeFunction",
    "InvokeWithResponseStream": "lambda:InvokeFunction",
    "GetFunction": "lambda:GetFunction",
    "GetFunctionConfiguration": "lambda:GetFunctionConfiguration",
    "DeleteFunction": "lambda:DeleteFunction",
    "AddPermission": "lambda:AddPermission",
    "RemovePermission": "lambda:RemovePermission",
    "GetPolicy": "lambda:GetPolicy",
    "PutProvisionedConcurrencyConfig": "lambda:PutProvisionedConcurrencyConfig",
    "GetProvisionedConcurrencyConfig": "lambda:GetProvisionedConcurrencyConfig",
    "DeleteProvisionedConcurrencyConfig": "lambda:DeleteProvisionedConcurrencyConfig",
}
_ON_A_FUNCTION = named(
    """
    CreateAlias CreateFunction DeleteAlias DeleteFunctionConcurrency DeleteFunctionEventInvokeConfig GetAlias
    GetFunctionConcurrency GetFunctionEventInvokeConfig ListAliases ListFunctionEventInvokeConfigs
    ListVersionsByFunction PublishVersion PutFunctionConcurrency PutFunctionEventInvokeConfig UpdateAlias
    UpdateFunctionCode UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig
    """
)
_ON_NOTHING = frozenset(
    {"GetAccountSettings", "ListEventSourceMappings", "ListFunctions", "ListLayerVersions", "ListLayers"}
)
_ON_A_LAYER = {"DeleteLayerVersion": "{}:{}", "GetLayerVersion": "{}:{}", "PublishLayerVersion": "{}"}


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    operation = request.operation
    if operation in _OF_A_VERSION:
        return [Asked(_OF_A_VERSION[operation], function_arn(request, request.text("Qualifier")))]
    if operation in _ON_A_FUNCTION:
        return [*_on_a_function(request), *_code(request), *passes(request, "Role", "lambda.amazonaws.com")]
    if operation in _ON_NOTHING:
        return [Asked(f"lambda:{operation}", "*")]
    if operation == "GetLayerVersionByArn":
        return [Asked("lambda:GetLayerVersion", request.text("Arn"))]
    if operation in _ON_A_LAYER:
        name, number = request.text("LayerName").rpartition(":layer:")[2], request.text("VersionNumber")
        layer = request.arn(f"layer:{_ON_A_LAYER[operation].format(name, number)}")
        return [Asked(f"lambda:{operation}", layer), *_code(request)]
    return None


def function_arn(request: ApiRequest, qualifier: str = "") -> str:
    """The ARN of `name`, `name:qualifier`, a partial or a whole ARN."""
    named = request.text("FunctionName")
    name, _, inner = named.rpartition(":function:")[2].partition(":")
    meant = inner or qualifier
    # Whoever asks for `$LATEST` by name means the function itself.
    return request.arn(f"function:{name}:{meant}" if meant else f"function:{name}")


def _on_a_function(request: ApiRequest) -> list[Asked]:
    layers = tuple(str(layer) for layer in request.params.get("Layers") or ())
    context = {"lambda:layer": layers} if layers else {}
    function = Asked(f"lambda:{request.operation}", function_arn(request).partition("$")[0].rstrip(":"), context)
    return [function, *(Asked("lambda:GetLayerVersion", layer) for layer in layers)]


def _code(request: ApiRequest) -> list[Asked]:
    """Code that lies in S3 is read with the caller's permissions."""
    nested = request.params.get("Code") or request.params.get("Content")
    sent: Mapping[str, Any] = nested if isinstance(nested, Mapping) else request.params
    if "S3Bucket" not in sent:
        return []
    arn = f"arn:aws:s3:::{sent['S3Bucket']}/{sent.get('S3Key', '')}"
    return [Asked("s3:GetObjectVersion" if sent.get("S3ObjectVersion") else "s3:GetObject", arn)]
