"""Lambda's data plane: invocations reach real processes, with the code and the layers that were asked for."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any
from urllib.parse import unquote

from moto.awslambda import models
from moto.awslambda.responses import LambdaResponse

from infra.local.delivery.outcome import ASYNCHRONOUS_PAYLOAD_LIMIT, PAYLOAD_LIMIT, Outcome
from infra.local.deploy.assets import Assets
from infra.local.moto_patches.registry import replace
from infra.local.services.awslambda.api.errors import LambdaError, invalid
from infra.local.services.awslambda.api.sizes import check_archive
from infra.local.services.awslambda.invocations import Invocations
from infra.local.wiring import wiring

Reply = tuple[int, dict[str, str], str | bytes]

_CLIENT_CONTEXT_BYTES = 3583
_REFUSED = {"throttled": (429, "TooManyRequestsException"), "too_large": (413, "RequestTooLargeException")}


@replace(LambdaResponse, "invoke")
def invoke(response: LambdaResponse) -> Reply:
    """moto starts Docker, reads `Qualifier` in lower case and so runs `$LATEST`, and waits for asynchronous calls.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    """
    name = unquote(response.path.rstrip("/").rsplit("/", 2)[-2])
    qualifier = response.querystring.get("Qualifier", [None])[0]
    kind = response.headers.get("X-Amz-Invocation-Type", "RequestResponse")
    payload = _payload(response, kind)
    context = _client_context(response.headers.get("X-Amz-Client-Context"))
    if kind == "DryRun":
        response.backend.get_function(name, qualifier)
        return 204, {"status": "204"}, ""
    if kind == "Event":
        request_id = wiring().part(Invocations).send(name, payload, qualifier)
        return 202, {"status": "202", "x-amzn-RequestId": request_id}, ""
    answer = wiring().part(Invocations).call(name, payload, qualifier, context)
    tail = response.headers.get("X-Amz-Log-Type") == "Tail"
    return _reply(answer.outcome, answer.version.version, tail)


def _payload(response: LambdaResponse, kind: str) -> bytes:
    """The event, which is JSON of a size Lambda takes."""
    body = response.raw_body if isinstance(getattr(response, "raw_body", None), bytes) else response.body
    payload = body.encode() if isinstance(body, str) else bytes(body or b"")
    limit = ASYNCHRONOUS_PAYLOAD_LIMIT if kind == "Event" else PAYLOAD_LIMIT
    if len(payload) > limit:
        message = f"{len(payload)} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
        raise LambdaError("RequestTooLargeException", message, 413)
    try:
        json.loads(payload or b"{}", parse_constant=_no_constant)
    except ValueError as error:
        message = f"Could not parse request body into json: Could not parse payload into json: {error}"
        raise LambdaError("InvalidRequestContentException", message) from error
    return payload or b"{}"


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _client_context(header: str | None) -> str | None:
    if header is None:
        return None
    if len(header) > _CLIENT_CONTEXT_BYTES:
        message = f"Client context must be no larger than {_CLIENT_CONTEXT_BYTES} bytes."
        raise LambdaError("InvalidRequestContentException", message)
    try:
        decoded = base64.b64decode(header, validate=True).decode()
        json.loads(decoded)
    except ValueError as error:
        message = "Client context must be a valid Base64-encoded JSON object."
        raise LambdaError("InvalidRequestContentException", message) from error
    return decoded


def _reply(outcome: Outcome, version: str, tail: bool) -> Reply:
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


@replace(LambdaResponse, "invoke_async")
def invoke_async(response: LambdaResponse) -> Reply:
    """moto starts Docker for this older form of an asynchronous invocation, too."""
    name = unquote(response.path.rstrip("/").rsplit("/", 2)[-2])
    wiring().part(Invocations).send(name, _payload(response, "Event"), None)
    return 202, {"status": "202"}, "{}"


@replace(models, "_s3_content")
def s3_content(key: Any) -> tuple[bytes, int, str, str]:
    """moto keeps the bytes of every layer in memory and never unzips them."""
    assets = wiring().part(Assets)
    code = assets.published(key.bucket_name, key.name) or _unzipped(key.value)
    return b"", code.size, code.sha256, base64.b64decode(code.sha256).hex()


@replace(models, "_zipfile_content")
def zipfile_content(content: str | bytes) -> tuple[bytes, int, str, str]:
    """As above, for code sent with the request."""
    code = _unzipped(base64.b64decode(content))
    return b"", code.size, code.sha256, base64.b64decode(code.sha256).hex()


def _unzipped(content: bytes) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_archive(archive)
        return wiring().part(Assets).unzipped(content)
    except zipfile.BadZipFile as error:
        raise invalid("Could not unzip uploaded file. Please check your file, then try to upload again.") from error
