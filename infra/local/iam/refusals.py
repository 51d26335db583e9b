"""A refusal in the very form in which each of AWS's protocols has it.

JSON services answer 400 and AccessDeniedException, SQS 403 and the code of its older protocol in a header, Lambda and
other REST services 403, query services 403 and XML, S3 its own XML and nothing at all to HEAD.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from infra.local.iam.errors import AccessDenied
from infra.local.iam.requests.bodies import Environ
from infra.local.iam.requests.reading import protocol_of

StartResponse = Callable[..., Any]

_PHRASES = {
    400: "400 Bad Request",
    403: "403 Forbidden",
    404: "404 Not Found",
    500: "500 Internal Server Error",
    501: "501 Not Implemented",
    503: "503 Service Unavailable",
}
_SERVERS_FAULT = 500
_UNKNOWN_TOKEN = "The security token included in the request is invalid."
_UNKNOWN_KEY = "The AWS Access Key Id you provided does not exist in our records."


@dataclass(frozen=True)
class Refusal:
    """An error of AWS's, ready to be sent to who asked a service."""

    service: str
    code: str
    message: str
    status: int = 403
    """What services answer that do not answer 400 to everything."""

    def send(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a WSGI request with it."""
        status, headers, body = self._written(environ)
        sent = b"" if environ.get("REQUEST_METHOD") == "HEAD" else body
        length = [("Content-Length", str(len(sent)))]
        start_response(_PHRASES[status], [*headers, *length, ("x-amzn-RequestId", str(uuid.uuid4()))])
        return [sent]

    def _written(self, environ: Environ) -> tuple[int, list[tuple[str, str]], bytes]:
        protocol = protocol_of(self.service, environ)
        if protocol == "json":
            return self._json(environ)
        if protocol == "rest-json":
            headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", self.code)]
            return self.status, headers, json.dumps({"Message": self.message}).encode()
        code, message = escape(self.code), escape(self.message)
        if protocol == "s3":
            inner = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId/><HostId/></Error>"
        else:
            error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            inner = f"<ErrorResponse>{error}<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
        return self.status, [("Content-Type", "text/xml")], f'<?xml version="1.0" encoding="UTF-8"?>\n{inner}'.encode()

    def _json(self, environ: Environ) -> tuple[int, list[tuple[str, str]], bytes]:
        headers = [("Content-Type", environ.get("CONTENT_TYPE") or "application/x-amz-json-1.0")]
        body = {"__type": f"com.amazon.coral.service#{self.code}", "Message": self.message, "message": self.message}
        if self.service not in _OF_QUERY_ORIGIN:
            return max(400, self.status if self.status >= _SERVERS_FAULT else 0), headers, json.dumps(body).encode()
        # Clients of these services know the codes of the query protocol, which the header carries.
        headers.append(("x-amzn-query-error", f"{_QUERY_CODES.get(self.code, self.code)};Sender"))
        return self.status, headers, json.dumps(body).encode()


_OF_QUERY_ORIGIN = frozenset({"sqs", "monitoring"})
_QUERY_CODES = {"AccessDeniedException": "AccessDenied", "UnrecognizedClientException": "InvalidClientTokenId"}


def denied(service: str, error: AccessDenied, environ: Environ) -> Refusal:
    """AccessDenied as the service words it."""
    if service == "s3":
        quoted = error.message.replace(f"resource: {error.resource}", f'resource: "{error.resource}"')
        return Refusal(service, "AccessDenied", quoted)
    if service == "sns":
        return Refusal(service, "AuthorizationError", error.message.replace(" sns:", " SNS:"))
    message = error.message.replace(error.action, error.action.lower()) if service == "sqs" else error.message
    return Refusal(service, _code("AccessDeniedException", service, environ), message)


def unknown_key(service: str, environ: Environ) -> Refusal:
    """The session that signed was never given out."""
    if service == "s3":
        return Refusal(service, "InvalidAccessKeyId", _UNKNOWN_KEY)
    return Refusal(service, _code("UnrecognizedClientException", service, environ), _UNKNOWN_TOKEN)


def failed(service: str) -> Refusal:
    """The local cloud itself is at fault.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html (InternalFailure)
    """
    return Refusal(service, "InternalFailure", "The local cloud failed at this request; its log says how.", 500)


# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html (InvalidAction)
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (NotImplemented)
_UNKNOWN = {
    "json": ("UnknownOperationException", 400),
    "query": ("InvalidAction", 400),
    "rest-json": ("UnknownOperationException", 404),
    "s3": ("NotImplemented", 501),
}


def unknown_operation(service: str, asked: str, environ: Environ) -> Refusal:
    """What the local cloud has not got, as a service refuses what it does not know."""
    code, status = _UNKNOWN[protocol_of(service, environ)]
    return Refusal(service, code, f"The local cloud has no {asked} of {service}.", status)


def _code(code: str, service: str, environ: Environ) -> str:
    return _QUERY_CODES[code] if protocol_of(service, environ) == "query" else code
