"""Lambda: invocations reach real processes, with the version, the code and the layers that were asked for."""

from __future__ import annotations

import base64
import uuid
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.awslambda import models
from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse

from infra.local.lambda_model import Outcome
from infra.local.patches.registry import replace, wrap
from infra.local.wiring import wiring

_REFUSED = {"throttled": (429, "TooManyRequestsException"), "too_large": (413, "RequestTooLargeException")}


@replace(LambdaResponse, "invoke")
def invoke(response: LambdaResponse) -> tuple[int, dict[str, str], str | bytes]:
    """moto starts Docker, reads `Qualifier` in lower case and so runs `$LATEST`, and waits for asynchronous calls."""
    name = unquote(response.path.rsplit("/", 2)[-2])
    qualifier = response._get_param("Qualifier")
    body = response.raw_body if isinstance(getattr(response, "raw_body", None), bytes) else response.body
    payload = body.encode() if isinstance(body, str) else bytes(body or b"")
    kind = response.headers.get("X-Amz-Invocation-Type", "RequestResponse")
    if kind == "DryRun":
        response.backend.get_function(name, qualifier)
        return 204, {"status": "204"}, ""
    if kind == "Event":
        request_id = wiring().invocations.send(name, payload or b"{}", qualifier)
        return 202, {"status": "202", "x-amzn-RequestId": request_id}, ""
    context = response.headers.get("X-Amz-Client-Context")
    decoded = base64.b64decode(context).decode() if context else None
    answer = wiring().invocations.call(name, payload or b"{}", qualifier, decoded)
    tail = response.headers.get("X-Amz-Log-Type") == "Tail"
    return _reply(answer.outcome, answer.version.version, tail)


def _reply(outcome: Outcome, version: str, tail: bool) -> tuple[int, dict[str, str], str | bytes]:
    headers = {"content-type": "application/json", "x-amzn-RequestId": outcome.request_id}
    if outcome.status in _REFUSED:
        status, error = _REFUSED[outcome.status]
        headers.update({"x-amzn-ErrorType": error, "status": str(status)})
        if status == 429:
            headers["Retry-After"] = "1"
        return status, headers, outcome.payload
    headers["X-Amz-Executed-Version"] = version
    if outcome.function_error:
        headers["X-Amz-Function-Error"] = outcome.function_error
    if tail:
        headers["X-Amz-Log-Result"] = base64.b64encode(outcome.log_tail).decode()
    return 200, headers, outcome.payload


@replace(LambdaFunction, "invoke")
def invoke_inside_moto(
    function: LambdaFunction,
    body: str,
    request_headers: Any,  # noqa: ARG001 - moto's signature
    response_headers: Any,
) -> str | bytes:
    """Other services of moto invoke through the function's model, which starts Docker."""
    arn = f"{function.function_arn}".removesuffix(f":{function.version}")
    answer = wiring().invocations.call(arn, body.encode() or b"{}", str(function.version))
    if answer.outcome.function_error:
        response_headers["x-amz-function-error"] = answer.outcome.function_error
    return answer.outcome.payload


@replace(models, "_s3_content")
def s3_content(key: Any) -> tuple[bytes, int, str, str]:
    """moto keeps the bytes of every layer in memory and never unzips them."""
    assets = wiring().assets
    code = assets.published(key.bucket_name, key.name) or _unzipped(key.value)
    return b"", code.size, code.sha256, base64.b64decode(code.sha256).hex()


@replace(models, "_zipfile_content")
def zipfile_content(content: str | bytes) -> tuple[bytes, int, str, str]:
    """As above, for code sent with the request."""
    code = _unzipped(base64.b64decode(content))
    return b"", code.size, code.sha256, base64.b64decode(code.sha256).hex()


def _unzipped(content: bytes) -> Any:
    try:
        return wiring().assets.unzipped(content)
    except zipfile.BadZipFile as error:
        message = "Could not unzip uploaded file. Please check your file, then try to upload again."
        raise InvalidParameterValueException(message) from error


@wrap(LambdaFunction, "__init__")
def function_init(original: Callable[..., None], function: LambdaFunction, *args: Any, **kwargs: Any) -> None:
    """moto drops the dead-letter queue and the log group, and gives no revision."""
    original(function, *args, **kwargs)
    function.revision_id = str(uuid.uuid4())  # type: ignore[attr-defined]
    spec = kwargs.get("spec") or args[1]
    target = (spec.get("DeadLetterConfig") or {}).get("TargetArn")
    function.dead_letter_arn = target  # type: ignore[attr-defined]
    if group := (spec.get("LoggingConfig") or {}).get("LogGroup"):
        function.logs_group_name = group


@wrap(LambdaFunction, "get_configuration")
def get_configuration(original: Callable[..., dict[str, Any]], function: LambdaFunction, *args: Any) -> dict[str, Any]:
    """moto answers no RevisionId, dead-letter queue or log group."""
    configuration = original(function, *args)
    configuration["RevisionId"] = function.revision_id  # type: ignore[attr-defined]
    configuration["LoggingConfig"] = {"LogFormat": "Text", "LogGroup": function.logs_group_name}
    if target := getattr(function, "dead_letter_arn", None):
        configuration["DeadLetterConfig"] = {"TargetArn": target}
    return configuration


@wrap(LambdaFunction, "update_configuration")
def update_configuration(
    original: Callable[..., dict[str, Any]], function: LambdaFunction, config_updates: dict[str, Any]
) -> dict[str, Any]:
    """moto stumbles over an empty Environment and drops the dead-letter queue."""
    updates = dict(config_updates)
    if "Environment" in updates:
        updates["Environment"] = {"Variables": (updates["Environment"] or {}).get("Variables", {})}
    if "DeadLetterConfig" in updates:
        function.dead_letter_arn = updates["DeadLetterConfig"].get("TargetArn")  # type: ignore[attr-defined]
    return original(function, updates)


@wrap(LambdaBackend, "delete_function")
def delete_function(
    original: Callable[..., None], backend: LambdaBackend, name: str, qualifier: str | None = None
) -> None:
    """moto runs no process that would outlive its function."""
    function = backend.get_function(name, qualifier)
    original(backend, name, qualifier)
    arn = function.function_arn.removesuffix(f":{function.version}")
    wiring().invocations.retire(arn, None if qualifier is None else str(function.version))


@wrap(LambdaBackend, "create_event_source_mapping")
def create_event_source_mapping(original: Callable[..., Any], backend: LambdaBackend, spec: dict[str, Any]) -> Any:
    """moto invokes one function call a message, inside SendMessage, and knows no partial batch."""
    mapping = original(backend, spec)
    wiring().mappings.start(mapping, spec["FunctionName"])
    return mapping


@wrap(LambdaBackend, "put_function_event_invoke_config")
def put_function_event_invoke_config(
    original: Callable[..., Any], backend: LambdaBackend, function_name: str, config: dict[str, Any]
) -> Any:
    """moto stores the settings where its own invocation never looks."""
    made = original(backend, function_name, config)
    backend.get_function(function_name).asynchronous_settings = dict(config)  # type: ignore[attr-defined]
    return made
