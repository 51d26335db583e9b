"""HTTP API → predict. Bare: no framework, and nothing of the model is loaded before a right request needs it."""

from __future__ import annotations

import sys
from functools import cache

from serin.bootstrap import platform
from serin.domain.errors import Invalid, NotReleased, SerinError
from serin.domain.golden_request import GOLDEN_REQUEST
from serin.domain.idempotency import key_digest
from serin.domain.scopes import iam_scopes
from serin.logs import begins, correlation_of, logged, of_answer, tell_of
from serin.services.predict import Predictor, Reply, Request, Unreleased, fault, refusal
from serin.serving.package import find_package
from serin.serving.requests import LENGTH

# From `typing` itself it would cost a start more than the rest of this file.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from serin.domain.buckets import OnlineItem
    from serin.domain.features import EntityKey
    from serin.domain.log_fields import Fields


def unless_answered(answer: Mapping[str, Any]) -> Fields | None:
    """Answered rows have told of themselves in the prediction log; a replay and a shadow are no calls of anybody."""
    if "scores" in answer:
        return {"step": "replay"}
    if "answers" in answer:
        return {"step": "shadow", "release": answer["release"]}
    return None if answer["statusCode"] == 200 else of_answer(answer)


@logged("predict", lambda: platform().clock, unless_answered)
def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one request; each answered row has its line in the prediction log.

    The gateway makes its events itself, so that none of them holds `replay` or `shadow`: only who may invoke this
    function can ask for these. What is no traffic says so before it does anything, since the platform's report of a
    death names no purpose.
    """
    if "replay" in event:
        begins("replay")
        return dict(predictor().replay(event["replay"]))
    if "shadow" in event:
        begins("shadow")
        return dict(printed(shadow(event["shadow"], context)).body)
    try:
        request = request_from(event, context)
        if request.id == GOLDEN_REQUEST:
            begins("golden")
        reply = predictor().predict(request)
    except SerinError as error:
        reply = refusal(error)
    except Exception as error:  # noqa: BLE001 whatever it is, the caller hears of it in the one shape
        tell_of(error, status=500)
        count_failure(event)
        reply = fault(correlation_of(event, context))
    if reply.failure is not None:
        tell_of(reply.failure, status=reply.status)
        count_failure(event)
    return http_answer(printed(reply))


def count_failure(event: Mapping[str, Any]) -> None:
    """Count a caller's answer that failed, for the endpoint's alarm; a release judges golden rows itself."""
    if event["requestContext"]["requestId"] != GOLDEN_REQUEST:
        from serin.domain.failed_answers import failed_answer

        world = platform()
        print(failed_answer(world.model, world.clock.now(), world.stage))


def shadow(asked: Mapping[str, Any], context: Any) -> Reply:
    """What this version says of logged rows, to the release that asks."""
    return predictor().shadow(asked, context.aws_request_id, context.log_stream_name)


def printed(reply: Reply) -> Reply:
    """The reply, once its lines are in the log."""
    if reply.log:
        # In one write: Lambda makes a system call of each.
        sys.stdout.write("\n".join(reply.log) + "\n")
    return reply


class OnlineWhenAsked:
    """The online features, whose adapter is loaded when a view is looked up: many a model has none."""

    def read(self, keys: Sequence[EntityKey]) -> Mapping[EntityKey, OnlineItem]:
        """Those of the keys that are known."""
        return platform().online.read(keys)


def digests(column: str, values: Collection[str]) -> Mapping[str, str]:
    """What stands for personal values; many a model is asked none, and loads nothing of it."""
    from serin.services.steps.pseudonyms import known_pseudonyms

    return known_pseudonyms(column, values, salts=platform().salts)


@cache
def predictor() -> Predictor | Unreleased:
    """The model this function version holds; the bootstrap version holds none."""
    world = platform()
    try:
        package = find_package()
    except NotReleased as error:
        return Unreleased(world.model, error)
    return Predictor(
        package,
        world.model_version,
        world.model_sha256,
        online=OnlineWhenAsked(),
        clock=world.clock,
        function_version=world.function_version,
        digests=digests,
        runtime=world.runtime,
    )


def request_from(event: Mapping[str, Any], context: object) -> Request:
    """The request in an HTTP API event (payload 2.0); raises Invalid for a body that is not what the event says."""
    call, headers = event["requestContext"], event.get("headers", {})
    return Request(
        call["requestId"],
        expanded_body(body_of(event), headers.get("content-encoding")),
        scopes_of(call),
        str(getattr(context, "aws_request_id", "")),
        key_digest(headers),
        caller_of(call),
        path_of(event["rawPath"]),
        headers.get(LENGTH),
    )


def expanded_body(body: bytes, encoding: str | None) -> bytes:
    """The body, which few callers compress."""
    if not encoding:
        return body
    from serin.domain.expanding import expanded

    return expanded(body, encoding)


def path_of(path: str) -> str:
    """What is asked of the model that the route has named: what comes behind `/models/<model>/`."""
    return path.removeprefix("/").split("/", 2)[-1]


def caller_of(context: Mapping[str, Any]) -> str:
    """Who asks, by the token's id or the identity that signed."""
    match context.get("authorizer"):
        case {"lambda": {"token": str(token)}}:
            return token
        case {"iam": {"userArn": str(arn)}}:
            return arn
    return ""


def scopes_of(context: Mapping[str, Any]) -> tuple[str, ...]:
    """What the caller may, by the one authorization the route has in the template.

    API Gateway writes which one let the call pass, and nothing a caller sends can; two of them, or another, allow
    nothing. The function does not remember which it should be: a version stays live while a deploy changes the route.
    """
    match context.get("authorizer"):
        case {"lambda": {"scopes": str(scopes)}, **others} if not others:
            return tuple(scopes.split())
        case {"iam": {"userArn": str()}, **others} if not others:
            return iam_scopes(context.get("routeKey") or "")
    return ()


def body_of(event: Mapping[str, Any]) -> bytes:
    """The bytes the caller sent, as the gateway has packed them."""
    body = event.get("body") or ""
    try:
        if not event.get("isBase64Encoded"):
            return str(body).encode()
        from base64 import b64decode

        return b64decode(body, validate=True)
    except ValueError as error:
        raise Invalid("The body cannot be read.", "Send JSON in UTF-8, and base64 only where it is said.") from error


def http_answer(reply: Reply) -> dict[str, Any]:
    """The reply as the HTTP API takes it."""
    headers = {"content-type": "application/json"}
    return {"statusCode": reply.status, "headers": headers, "body": reply.text}
