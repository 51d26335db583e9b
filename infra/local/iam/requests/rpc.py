"""Requests that name their operation: by `X-Amz-Target` with JSON, or by `Action` in a form.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from botocore.model import ListShape, OperationModel, ServiceModel

from infra.local.iam.errors import Unreadable
from infra.local.iam.requests.bodies import FORM, PARAMETERS, Environ, body_of, hand_on, media_type, object_of, once
from infra.local.iam.requests.models import check, members_of, spelled

Read = tuple[str, Mapping[str, Any]]
_SIGNS = "X-Amz-"
_AGGREGATES = frozenset({"list", "map", "structure"})


def read_json(model: ServiceModel, environ: Environ) -> Read:
    """Path and query say nothing in this protocol, so neither may be given."""
    prefix, _, name = str(environ["HTTP_X_AMZ_TARGET"]).rpartition(".")
    if not _speaks(model, "json") or prefix != model.metadata.get("targetPrefix"):
        raise Unreadable("UnknownOperationException", "X-Amz-Target names no operation of this service.")
    operation = _named(model, name, "UnknownOperationException")
    _require_bare(environ, environ.get("QUERY_STRING"))
    if environ["REQUEST_METHOD"] != "POST" or not media_type(environ).startswith("application/x-amz-json-"):
        raise Unreadable("UnknownOperationException", "Send a POST with the type application/x-amz-json-1.0 or 1.1.")
    params, body = object_of(body_of(environ))
    check(params, operation.input_shape)
    hand_on(environ, name, "", body, media_type(environ))
    environ[PARAMETERS] = params
    return name, params


def read_query(model: ServiceModel, environ: Environ) -> Read:
    """The parameters are in the form, or in the query of a GET, and not in both."""
    if not _speaks(model, "query"):
        raise Unreadable("UnknownOperationException", "This service takes JSON, and its operation in X-Amz-Target.")
    params = _form(environ)
    name = params.pop("Action", "")
    operation = _named(model, name, "InvalidAction")
    if params.pop("Version", model.api_version) != model.api_version:
        raise Unreadable("InvalidAction", f"The version of this service is {model.api_version}.")
    _check_names(operation, params)
    text = urlencode({"Action": name, "Version": model.api_version, **params})
    if environ["REQUEST_METHOD"] == "GET":
        hand_on(environ, name, text, b"")
    else:
        # A second source of parameters must stay empty here, and the form never is.
        environ["QUERY_STRING"] = ""
        hand_on_form(environ, text)
    return name, params


def hand_on_form(environ: Environ, text: str) -> None:
    """A form; its query stays empty, as moto would add one to it."""
    hand_on(environ, "", "", text.encode(), FORM)
    environ["QUERY_STRING"] = ""
    environ["RAW_URI"] = str(environ["RAW_URI"]).partition("?")[0]


def _form(environ: Environ) -> dict[str, str]:
    method, body = environ["REQUEST_METHOD"], body_of(environ)
    query = str(environ.get("QUERY_STRING") or "")
    try:
        sent = once(query, "MalformedQueryString")
        own = {name: value for name, value in sent.items() if not name.startswith(_SIGNS)}
        _require_bare(environ, None)
        if method == "GET" and not body:
            return own
        if method != "POST" or own or media_type(environ) != FORM:
            raise Unreadable("MalformedQueryString", f"Send one form in the body of a POST, of the type {FORM}.")
        return once(body.decode(), "MalformedQueryString")
    except UnicodeDecodeError as error:
        raise Unreadable("MalformedQueryString", "The parameters are no UTF-8.") from error


def _require_bare(environ: Environ, query: str | None) -> None:
    if str(environ["RAW_URI"]).partition("?")[0] != "/" or query:
        raise Unreadable("UnknownOperationException", "This protocol has no path and no query but `/`.")


def _speaks(model: ServiceModel, protocol: str) -> bool:
    return protocol in model.metadata.get("protocols", [model.protocol])


def _named(model: ServiceModel, name: str, code: str) -> OperationModel:
    if name not in model.operation_names:
        raise Unreadable(code, "The request names no operation of this service.")
    return model.operation_model(name)


def _check_names(operation: OperationModel, params: Mapping[str, str]) -> None:
    """Every parameter is one of the operation's; what is one value has no parts, and what has parts no value."""
    single, parted = set(), set()
    for name, shape in members_of(operation).items():
        if shape.type_name not in _AGGREGATES:
            single.add(spelled(name, shape))
            continue
        parted |= {name, spelled(name, shape)}
        if isinstance(shape, ListShape):
            parted.add(spelled(name, shape.member))
    for given, value in params.items():
        first, dot, _ = given.partition(".")
        if not (first in parted and (dot or not value)) and not (first in single and not dot):
            raise Unreadable("ValidationError", f"{given} is no parameter of {operation.name}.")
    needed = operation.input_shape.required_members if operation.input_shape else []
    missing = [name for name in needed if name in single and name not in params]
    if missing:
        raise Unreadable("ValidationError", f"The request must contain the parameter {missing[0]}.")
