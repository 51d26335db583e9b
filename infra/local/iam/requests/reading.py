"""One HTTP request to AWS's endpoint: whose it is, which operation it calls and with what.

Only what permissions depend on is read; the body of an S3 object never is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

from infra.local.iam.errors import Unreadable
from infra.local.iam.requests.bodies import Environ
from infra.local.iam.requests.headers import headers_of
from infra.local.iam.requests.models import model_of
from infra.local.iam.requests.rest import read_rest_json, read_s3
from infra.local.iam.requests.rpc import read_json, read_query

Protocol = Literal["json", "query", "rest-json", "s3"]

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_PRESIGNED = re.compile(r"([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_REST = frozenset({"lambda", "apigateway"})


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
    """What S3 is asked in them; other services' permissions depend on none."""

    def arn(self, resource: str, service: str | None = None) -> str:
        """A resource of this service, region and account."""
        return f"arn:aws:{service or self.service}:{self.region}:{self.account}:{resource}"

    def text(self, name: str) -> str:
        """A parameter; empty where it is not given."""
        return str(self.params.get(name) or "")

    def one_of(self, *names: str) -> str:
        """The one of these that is given; raises Unreadable where several are, as only one can be meant."""
        given = [name for name in names if name in self.params]
        if len(given) > 1:
            code = "InvalidParameterException" if self.service == "logs" else "InvalidParameter"
            raise Unreadable(code, f"Only one of {' and '.join(given)} can be given.")
        return self.text(given[0]) if given else ""


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
    if service in _REST:
        return "rest-json"
    return "json" if "HTTP_X_AMZ_TARGET" in environ else "query"


def read(signature: Signature, account: str, environ: Environ) -> ApiRequest | None:
    """The request as its service's model has it; None for a service that is not served here.

    What is left in the environment afterwards is what was read. Raises Unreadable where the model has no such request.
    """
    model = model_of(signature.service)
    if model is None:
        return None
    address = str(environ["RAW_URI"])
    if not address.startswith("/") or "#" in address:
        # Who splits such an address as a URL ends its query sooner than who takes it as a request has it.
        raise Unreadable("InvalidRequest", "Send a path and a query, and neither a whole URL nor a `#`.")
    # moto would take another account from it.
    environ.pop("HTTP_X_MOTO_ACCOUNT_ID", None)
    protocol = protocol_of(signature.service, environ)
    if protocol in {"rest-json", "s3"}:
        # These services have no such header, and moto would take the operation from it.
        environ.pop("HTTP_X_AMZ_TARGET", None)
    operation, params = _READERS[protocol](model, environ)
    headers = headers_of(environ) if protocol == "s3" else {}
    return ApiRequest(signature.service, operation, signature.region, account, params, headers)


_READERS = {"json": read_json, "query": read_query, "rest-json": read_rest_json, "s3": read_s3}
