"""What the local cloud cannot run as AWS would is refused on the wire too: by name, and in the service's own form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from moto.backends import SERVICE_NAMES
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from infra.local.iam.refusals import Refusal, StartResponse
from infra.local.iam.requests.bodies import Environ
from infra.local.iam.requests.reading import protocol_of, signature_of
from infra.local.moto_patches.direct import Direct
from serin.domain.errors import Invalid

_BESIDE_AWS = frozenset({"moto_api", "instance_metadata"})
"""What moto serves for itself: a page that shows and resets everything, and a machine's metadata."""

_CODES = {"s3": "InvalidRequest", "query": "ValidationError"}


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
    application.register_error_handler(Invalid, lambda error: _refused(str(service), error))
    return Direct(application, lambda error: _refused(str(service), error))


def _closed(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    return Refusal("s3", "AccessDenied", "This is moto's own and not AWS's.").send(environ, start_response)


def _refused(service: str, error: Invalid) -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        signature = signature_of(environ)
        name = service if signature is None else signature.service
        code = _CODES.get(protocol_of(name, environ), "ValidationException")
        return Refusal(name, code, f"{error.message} {error.remedy}", 400).send(environ, start_response)

    return answer
