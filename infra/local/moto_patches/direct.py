"""Calls that name their operation in a header, answered without the web framework moto serves them by.

Features are written and read by the ten thousand, and of what each call costs most would be routing a path that is
always `/`, reading a form that is none, and dressing the answer for browsers, which no page may read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlparse

from moto.core.request import Request
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model
from moto.utilities.utils import get_partition
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.http import HTTP_STATUS_CODES

from infra.local.iam.refusals import StartResponse
from infra.local.iam.requests.bodies import Environ, kept_body
from infra.local.iam.requests.reading import signature_of
from infra.local.wiring import ACCOUNT
from serin.domain.errors import Invalid

Refuse = Callable[[Exception], Callable[[Environ, StartResponse], Iterable[bytes]]]
_OWN = ("_dispatch", "setup_class", "dispatch")
"""What a service that reads requests in its own way has of its own."""


_NO_FORM: ImmutableMultiDict[str, str] = ImmutableMultiDict()
_parsed = lru_cache(maxsize=256)(urlparse)


class _Request(Request):
    from_wsgi_server = True


class Direct:
    """A service's application, and the short way past it for calls that need none of what it does around them."""

    def __init__(self, application: Any, refuse: Refuse) -> None:
        self._application = application
        self._refuse = refuse
        self._handler = _handler_of(application)

    @property
    def goes_past(self) -> bool:
        """Whether any call of the service is answered the short way."""
        return self._handler is not None

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if self._handler is None or not _is_bare(environ):
            answer: Iterable[bytes] = self._application(environ, start_response)
            return answer
        handler = self._handler()
        _set_up(handler, _Request(environ))
        try:
            status, headers, body = handler.call_action()
        except (Invalid, NotImplementedError) as error:
            return self._refuse(error)(environ, start_response)
        content = body.encode() if isinstance(body, str) else body
        start_response(f"{status} {HTTP_STATUS_CODES[int(status)]}", _lines(headers, len(content)))
        return [content]


def _is_bare(environ: Environ) -> bool:
    """Whether a request has nothing but its body and the header that names its operation.

    Who has judged it says the operation in the query again (`infra.local.iam.requests.bodies.hand_on`).
    """
    operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    if not operation or environ["REQUEST_METHOD"] != "POST" or "HTTP_CONTENT_ENCODING" in environ:
        return False
    return environ.get("RAW_URI") in ("/", f"/?x-id={operation}")


def _handler_of(application: Any) -> Callable[[], BaseResponse] | None:
    """The class that answers all of a service, where it reads requests as moto's base does and by their model."""
    views = {rule.rule: application.view_functions[rule.endpoint] for rule in application.url_map.iter_rules()}
    views.pop("/static/<path:filename>", None)
    owner = getattr(getattr(views.get("/"), "callback", None), "__self__", None)
    if len(views) != 1 or not isinstance(owner, type) or not issubclass(owner, BaseResponse):
        return None
    if any(name in vars(cls) for cls in owner.__mro__ if cls is not BaseResponse for name in _OWN):
        return None
    handler = owner()
    # Others name their operation in the body, and what was judged there must not be another one than is done.
    speaks_json = get_service_model(handler.boto3_service_name).metadata.get("protocol") == "json"
    return owner if speaks_json and handler.automated_parameter_parsing else None


def _set_up(handler: BaseResponse, request: Request) -> None:
    """What `BaseResponse.setup_class` does for a request of one JSON body and no query."""
    environ = request.environ
    signature = signature_of(environ)
    url = f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}{environ['RAW_URI']}"
    handler.is_werkzeug_request = True
    handler.normalized_request = request
    handler.parsed_url = _parsed(url)
    handler.raw_body = kept_body(environ)
    handler.body = handler.raw_body.decode()
    handler.form_data = _NO_FORM
    handler.uri, handler.path, handler.raw_path = url, "/", "/"
    handler.querystring = handler.data = {}
    handler.method = request.method
    # moto would rather believe what a client calls itself.
    handler.region = handler.default_region if signature is None else signature.region
    handler.partition = get_partition(handler.region)
    handler.uri_match = {}
    handler.headers = request.headers
    handler.response_headers = {"server": "amazon.com"}
    handler.parse_parameters(request)
    handler.access_key = "" if signature is None else signature.access_key_id
    handler.current_account = ACCOUNT


def _lines(headers: Mapping[str, Any], length: int) -> list[tuple[str, str]]:
    kept = [(name, str(value)) for name, value in headers.items() if name.lower() not in ("content-length", "status")]
    return [*kept, ("Content-Length", str(length))]
