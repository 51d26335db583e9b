"""What the local cloud cannot run as AWS would is refused on the wire too: by name, and in the service's own form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from moto.backends import SERVICE_NAMES
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import InternalServerError, MethodNotAllowed, NotFound

from infra.local.iam.refusals import Refusal, StartResponse, failed, unknown_operation
from infra.local.iam.requests.bodies import Environ
from infra.local.iam.requests.reading import protocol_of, signature_of
from infra.local.moto_patches.direct import Direct
from serin.domain.errors import Invalid

_BESIDE_AWS = frozenset({"moto_api", "instance_metadata"})
"""What moto serves for itself: a page that shows and resets everything, and a machine's metadata."""

_CODES = {"s3": "InvalidRequest", "query": "ValidationError"}

_NO_ACTION = re.compile(r"The (\w+) action has not been implemented")


class Applications(DomainDispatcherApplication):
    """moto's applications by host; which is whose does not change, and moto reads its folder anew at each request."""

    def __init__(self) -> None:
        super().__init__(application_of)
        self._known: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        """The service that answers for the host; None for one that moto does not know."""
        if host not in self._known:
            self._known[host] = super().get_backend_for_host(host)
        return self._known[host]


def application_of(service: SERVICE_NAMES) -> Any:
    """moto's application of one service, which would answer HTTP 500 and not say why."""
    if str(service) in _BESIDE_AWS:
        return _closed
    application = create_backend_app(service)
    # moto's applications are for who debugs them: what goes wrong would be a page of the server's.
    application.config["PROPAGATE_EXCEPTIONS"] = False

    def refused(error: Exception) -> Callable[[Environ, StartResponse], Iterable[bytes]]:
        return _refused(str(service), error)

    # Pages for a browser, which no client of AWS can read, are what moto's server has for these.
    for kind in (Invalid, NotImplementedError, NotFound, MethodNotAllowed, InternalServerError):
        application.register_error_handler(kind, refused)
    return Direct(application, refused)


def _closed(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    return Refusal("s3", "AccessDenied", "This is moto's own and not AWS's.").send(environ, start_response)


def _refused(service: str, error: Exception) -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        signature = signature_of(environ)
        name = service if signature is None else signature.service
        return _refusal(name, error, environ).send(environ, start_response)

    return answer


def _refusal(service: str, error: Exception, environ: Environ) -> Refusal:
    protocol = protocol_of(service, environ)
    if isinstance(error, Invalid):
        code = _CODES.get(protocol, "ValidationException")
        return Refusal(service, code, f"{error.message} {error.remedy}", 400)
    if isinstance(error, InternalServerError):
        return failed(service)
    return unknown_operation(service, _asked(error, environ), environ)


def _asked(error: Exception, environ: Environ) -> str:
    """The operation, by the header that names it, by moto's words, or by method and path."""
    words = _NO_ACTION.fullmatch(str(error))
    named = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    if not named and words:
        named = "".join(word.capitalize() for word in words[1].split("_"))
    return f"operation {named}" if named else f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
