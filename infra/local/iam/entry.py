"""The entry of AWS's endpoint: whoever signs may what its policies say, a user's or those of a session's role.

The account's administrator may everything but what a resource's policy denies. So may sessions of the roles
`cdk bootstrap` makes, which `cdk deploy` assumes. A request that nobody proves to have sent is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from infra.local.door.proof import NotProved, prove
from infra.local.door.refusals import not_proved
from infra.local.iam.errors import AccessDenied, Unreadable
from infra.local.iam.evaluation import Asked, Caller
from infra.local.iam.refusals import Refusal, StartResponse, denied, unknown_operation
from infra.local.iam.requests import reading
from infra.local.iam.requests.bodies import Environ
from infra.local.iam.requests.permissions import permissions_of
from infra.local.iam.requests.reading import ApiRequest, Signature
from infra.local.wiring import ACCOUNT, Guard, wiring

Application = Callable[[Environ, StartResponse], Iterable[bytes]]


def enter(guard: Guard, application: Application, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Let a request pass to the application, or answer it with the refusal AWS has for it."""
    try:
        proved = prove(environ)
    except NotProved as error:
        return not_proved(error, environ).send(environ, start_response)
    caller, signature = proved.caller, proved.signature
    # moto would take a presigned URL's service from its path, and not from what was signed.
    environ["HTTP_AUTHORIZATION"] = proved.authorization
    if caller.kind == "account" and not _binds_the_administrator(signature):
        return application(environ, start_response)
    try:
        request = reading.read(signature, ACCOUNT, environ)
        _require_its_operation(request, environ)
        _require(guard, caller, signature, request)
    except Unreadable as error:
        return Refusal(signature.service, error.code, error.message, error.status).send(environ, start_response)
    except AccessDenied as error:
        return denied(signature.service, error, environ).send(environ, start_response)
    listing = None if request is None else _what_the_missing_needs(guard, caller, request)
    if listing is None:
        return application(environ, start_response)
    name = signature.service
    return _unless_missing(application, environ, start_response, name, lambda: guard.refusal(caller, listing))


def _binds_the_administrator(signature: Signature) -> bool:
    service = wiring().services.signed(signature.service)
    return service is not None and service.binds_the_administrator


def _require_its_operation(request: ApiRequest | None, environ: Environ) -> None:
    """Raise Unreadable for one that the local cloud would take for another."""
    service = None if request is None else wiring().services.signed(request.service)
    if request is not None and service is not None and request.operation in service.lacks:
        refusal = unknown_operation(request.service, f"operation {request.operation}", environ)
        raise Unreadable(refusal.code, refusal.message, refusal.status)


def _require(guard: Guard, caller: Caller, signature: Signature, request: ApiRequest | None) -> None:
    needed = None if request is None else permissions_of(request, wiring().services)
    if needed is not None:
        for asked in needed:
            guard.require(caller, asked)
    elif caller.kind != "account":
        # Letting it pass would be allowing what no policy was asked about.
        name = f"{signature.service}:{request.operation if request else 'unknown operation'}"
        gap = "because the local cloud does not know its permissions (its permissions.py in infra/local/services)"
        raise AccessDenied(f"User: {caller.arn} is not authorized to perform: {name} {gap}", name, "*")


def _what_the_missing_needs(guard: Guard, caller: Caller, request: ApiRequest) -> Asked | None:
    """What this caller would need to be told that something is missing, and has not."""
    service = wiring().services.signed(request.service)
    if caller.kind == "account" or service is None or service.tells_the_missing is None:
        return None
    listing = service.tells_the_missing(request)
    return None if listing is None or guard.permits(caller, listing) else listing


def _unless_missing(
    application: Application,
    environ: Environ,
    start_response: StartResponse,
    service: str,
    refusal: Callable[[], AccessDenied | None],
) -> Iterable[bytes]:
    """The application's answer; a 404 only after the guard was asked for, and so remembers, what hides it."""
    begun: list[tuple[Any, ...]] = []

    def begin(*start: Any) -> object:
        begun.append(start)
        return None if start[0].startswith("404") else start_response(*start)

    answer = application(environ, begin)
    if not begun or not begun[0][0].startswith("404"):
        return answer
    error = refusal()
    if error is None:
        start_response(*begun[0])
        return answer
    close = getattr(answer, "close", None)
    if close is not None:
        close()
    return denied(service, error, environ).send(environ, start_response)
