"""Lambda's requests: parameters are checked before anything is done, functions are named in every form AWS takes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote

import botocore.session
from moto.awslambda import urls
from moto.awslambda.models import LambdaFunction, LambdaStorage
from moto.awslambda.responses import LambdaResponse
from moto.core.responses import BaseResponse
from moto.utilities.aws_headers import gen_amzn_requestid_long

from infra.local.moto_patches.registry import PATCHES, Patch, add, wrap
from infra.local.services.awslambda.api import constraints
from infra.local.services.awslambda.api.errors import LambdaError
from infra.local.services.awslambda.api.names import function_name

_FUNCTIONS = r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)"
_MISSING_PATHS = (rf"{_FUNCTIONS}/provisioned-concurrency/?$",)


def _with_missing(paths: Mapping[str, Any]) -> dict[str, Any]:
    """moto has no path for provisioned concurrency; its server reads them when it starts."""
    return {**paths, **dict.fromkeys(_MISSING_PATHS, LambdaResponse.dispatch)}


PATCHES.append(Patch(urls, "url_paths", _with_missing, str(_with_missing.__doc__)))


@add(LambdaResponse, "call_action")
def call_action(response: LambdaResponse) -> Any:
    """moto takes any value for most parameters, and answers two request ids."""
    try:
        operation = response._get_action()
        if operation:
            constraints.check(operation, parameters(response, operation))
    except LambdaError as error:
        refused: dict[str, Any] = {**response.response_headers, **dict(error.get_headers()), "status": str(error.code)}
        gen_amzn_requestid_long(refused)
        return error.code, refused, error.description
    status, headers, body = BaseResponse.call_action(response)
    # moto adds an id of its own to every answer; an invocation has one already.
    if own := headers.pop("x-amzn-RequestId", None):
        headers["x-amzn-requestid"] = own
    return status, headers, body


def parameters(response: LambdaResponse, operation: str) -> dict[str, Any]:
    """What a request says, by the names of the API's reference."""
    read: dict[str, Any] = {}
    place = _path(operation).search(response.path)
    if place is not None:
        read.update({name: unquote(value) for name, value in place.groupdict().items()})
    if operation == "Invoke":
        read["InvocationType"] = response.headers.get("X-Amz-Invocation-Type")
        read["LogType"] = response.headers.get("X-Amz-Log-Type")
    if qualifier := response.querystring.get("Qualifier"):
        read["Qualifier"] = qualifier[0]
    return {**read, **_body(response, operation)}


def _body(response: LambdaResponse, operation: str) -> Mapping[str, Any]:
    # What a function is invoked with is its own.
    if operation in {"Invoke", "InvokeAsync"} or not response.body:
        return {}
    try:
        read = json.loads(response.body)
    except ValueError as error:
        raise LambdaError("SerializationException", "The request body is no JSON.") from error
    return read if isinstance(read, dict) else {}


@cache
def _path(operation: str) -> re.Pattern[str]:
    """The operation's path with a group for each parameter in it."""
    model = botocore.session.get_session().get_service_model("lambda").operation_model(operation)
    parts = str(model.http["requestUri"]).partition("?")[0].split("/", 2)[-1].rstrip("/")
    return re.compile(re.sub(r"\{(\w+)\+?\}", r"(?P<\1>[^/]+)", parts) + "/?$")


@wrap(LambdaStorage, "get_function_by_name_or_arn_with_qualifier")
def get_function(
    original: Any, storage: LambdaStorage, name_or_arn: str, qualifier: str | None = None
) -> LambdaFunction:
    """moto knows no partial ARN and lets an ARN of another account, region or version pass."""
    named = function_name(name_or_arn, qualifier, storage.region_name, storage.account_id)
    function: LambdaFunction = original(storage, named.name, named.qualifier)
    return function


@wrap(LambdaStorage, "get_function_by_name_or_arn_forbid_qualifier")
def get_function_itself(original: Any, storage: LambdaStorage, name_or_arn: str) -> LambdaFunction:
    """moto knows no partial ARN here either."""
    named = function_name(name_or_arn, None, storage.region_name, storage.account_id)
    whole = named.name if named.qualifier is None else f"{named.name}:{named.qualifier}"
    function: LambdaFunction = original(storage, whole)
    return function
