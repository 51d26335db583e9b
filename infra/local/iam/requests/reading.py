"""One HTTP request to AWS's endpoint: whose it is, which operation it calls and with what.

Only what permissions depend on is read; the body of an S3 object never is.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from moto.core.request import Request
from moto.core.routing import get_service_router
from werkzeug.exceptions import HTTPException

Protocol = Literal["json", "query", "rest-json", "s3"]
Environ = dict[str, Any]

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_PRESIGNED = re.compile(r"([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_MODELS = {"lambda": "lambda", "apigateway": "apigatewayv2", "s3": "s3"}
"""The services whose operation is in method and path, by the name requests are signed for."""


@dataclass(frozen=True)
class Signature:
    """Who signed, for which region and service; nothing here proves it."""

    access_key_id: str
    region: str
    service: str
    token: str


@dataclass(frozen=True)
class ApiRequest:
    """One operation of one service, named as AWS's API names it."""

    service: str
    operation: str
    region: str
    account: str
    params: Mapping[str, Any]
    headers: Mapping[str, str]

    def arn(self, resource: str, service: str | None = None) -> str:
        """A resource of this service, region and account."""
        return f"arn:aws:{service or self.service}:{self.region}:{self.account}:{resource}"

    def text(self, name: str) -> str:
        """A parameter; empty where it is not given."""
        return str(self.params.get(name) or "")


def named(operations: str) -> frozenset[str]:
    """Operations, written one after another."""
    return frozenset(operations.split())


def signature_of(environ: Environ) -> Signature | None:
    """From the Authorization header, or from the query of a presigned URL; None for an unsigned request."""
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN", "")
    if found is None and "X-Amz-Credential" in environ.get("QUERY_STRING", ""):
        query = dict(parse_qsl(environ["QUERY_STRING"]))
        found, token = _PRESIGNED.search(query["X-Amz-Credential"]), query.get("X-Amz-Security-Token", "")
    return None if found is None else Signature(found.group(1), found.group(2), found.group(3).lower(), token)


def protocol_of(service: str, environ: Environ) -> Protocol:
    """How the request is written, and how a refusal has to be."""
    if service == "s3":
        return "s3"
    if service in _MODELS:
        return "rest-json"
    return "json" if "HTTP_X_AMZ_TARGET" in environ else "query"


def read(signature: Signature, account: str, environ: Environ) -> ApiRequest | None:
    """The request as an operation with its parameters; None when no operation can be made out."""
    request = Request(environ)
    protocol = protocol_of(signature.service, environ)
    try:
        operation, params = _READERS[protocol](signature.service, request)
    except (ValueError, HTTPException, ElementTree.ParseError):
        return None
    headers = {name.lower(): value for name, value in request.headers.items()}
    return ApiRequest(signature.service, operation, signature.region, account, params, headers)


def _json(_service: str, request: Request) -> tuple[str, Mapping[str, Any]]:
    return request.headers["X-Amz-Target"].rpartition(".")[2], json.loads(body_of(request) or b"{}")


def _query(_service: str, request: Request) -> tuple[str, Mapping[str, Any]]:
    params = dict(parse_qsl(body_of(request).decode(), keep_blank_values=True)) | dict(request.args)
    if "Action" not in params:
        raise ValueError("no Action")
    return params["Action"], params


def _rest_json(service: str, request: Request) -> tuple[str, Mapping[str, Any]]:
    operation, labels = get_service_router(_MODELS[service]).match(request)
    body = body_of(request)
    # What Invoke sends is the function's payload, not parameters.
    sent = json.loads(body) if body and not str(operation.name).startswith("Invoke") else {}
    return str(operation.name), {**dict(request.args), **(sent if isinstance(sent, dict) else {}), **labels}


def _s3(_service: str, request: Request) -> tuple[str, Mapping[str, Any]]:
    operation, labels = get_service_router("s3").match(request)
    params = {**dict(request.args), **labels}
    if operation.name == "DeleteObjects":
        params["Objects"] = list(_objects(body_of(request)))
    return str(operation.name), params


def _objects(body: bytes) -> list[tuple[str, str]]:
    """Keys and version ids of a DeleteObjects request."""
    root = ElementTree.fromstring(body)
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    found = root.findall(f"{space}Object")
    return [(item.findtext(f"{space}Key", ""), item.findtext(f"{space}VersionId", "")) for item in found]


def kept_body(environ: Environ) -> bytes:
    """The body as it came, which stays there for the next reader."""
    length = environ.get("CONTENT_LENGTH")
    # A body without a length comes in pieces and has an end of its own.
    whole = -1 if not length and environ.get("wsgi.input_terminated") else int(length or 0)
    body: bytes = environ["wsgi.input"].read(whole)
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def body_of(request: Request) -> bytes:
    """The body as it was before it was packed."""
    body = kept_body(request.environ)
    if request.headers.get("Content-Encoding") == "gzip":
        import gzip

        return gzip.decompress(body)
    return body


_READERS = {"json": _json, "query": _query, "rest-json": _rest_json, "s3": _s3}
