"""Requests whose operation is in method and path: Lambda's and API Gateway's with JSON, S3's with XML.

https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from botocore.model import OperationModel, ServiceModel
from moto.core.request import Request
from moto.core.routing import get_service_router
from werkzeug.exceptions import HTTPException

from infra.local.iam.errors import Unreadable
from infra.local.iam.requests.bodies import FORM, Environ, body_of, hand_on, kept_body, media_type, object_of, once
from infra.local.iam.requests.models import check, members_of, spelled

_MOST_DELETED = 1_000

Read = tuple[str, Mapping[str, Any]]
_LABEL = re.compile(r"[A-Za-z0-9_.:$-]+")
_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}")
_PREFIXED = re.compile(rb"</?[\w.-]+:")
_SIGNS = ("x-amz-", "awsaccesskeyid", "signature", "expires")
_FORMS = (FORM, "multipart/")
_CONTROL = "/v20180820/"
_BESIDE_AWS = ("/moto-api", "/favicon.ico", "/latest/meta-data/", "/latest/api/")
"""What moto serves for itself, whatever service a request is signed for."""
_WITHOUT = frozenset({"CreateBucket"})
"""Operations whose document may be left out."""
_OF_OBJECTS = frozenset({"PutObject", "UploadPart"})


def read_rest_json(model: ServiceModel, environ: Environ) -> Read:
    """A parameter has one place only: path, query, headers or body."""
    request = Request(environ)
    operation, labels = _matched(model, request, "UnknownOperationException")
    query = _query(operation, request, "ValidationException")
    if media_type(request.environ).startswith(_FORMS):
        raise Unreadable("UnsupportedMediaTypeException", "Send a body of the type application/json.")
    if odd := [name for name, value in labels.items() if not _LABEL.fullmatch(value)]:
        raise Unreadable("ValidationException", f"{odd[0]} has characters that no such name has.")
    members = members_of(operation)
    read = {name: labels[spelled(name, shape)] for name, shape in members.items() if spelled(name, shape) in labels}
    read |= {name: query[spelled(name, shape)] for name, shape in members.items() if _in_query(shape, name, query)}
    payload = operation.input_shape.serialization.get("payload") if operation.input_shape else None
    sent = {} if payload else _members_sent(operation, request)
    body = kept_body(request.environ) if payload else json.dumps(sent).encode() if sent else b""
    kept = str(request.environ.get("QUERY_STRING") or "")
    packed = request.environ.get("HTTP_CONTENT_ENCODING") if payload else None
    if packed:
        raise Unreadable("UnsupportedMediaTypeException", "Send the payload as it is, and not packed.")
    hand_on(request.environ, operation.name, kept, body, "application/json" if body else "")
    return operation.name, {**sent, **read}


def read_s3(model: ServiceModel, environ: Environ) -> Read:
    """Bucket and key are in the path, what is meant of them in the query, and their settings in XML."""
    request = Request(environ)
    # The server that tells such addresses apart has the path decoded.
    if request.path.startswith(_BESIDE_AWS):
        raise Unreadable("AccessDenied", "This is moto's own and not AWS's.", 403)
    if request.path.startswith(_CONTROL) or "s3-control" in request.host or "s3-accesspoint" in request.host:
        raise Unreadable("InvalidRequest", "The local cloud serves no such address of S3.")
    operation, labels = _matched(model, request, "MethodNotAllowed")
    query = _query(operation, request, "InvalidArgument")
    if not _BUCKET.fullmatch(labels.get("Bucket", "none")):
        raise Unreadable("InvalidBucketName", "The specified bucket is not valid.")
    kind = media_type(environ)
    if (kind == FORM or kind.startswith("multipart/")) and operation.name not in _OF_OBJECTS:
        raise Unreadable("InvalidRequest", "Send the body as it is, and not as a form.")
    params: dict[str, Any] = {**query, **labels}
    kept = str(environ.get("QUERY_STRING") or "")
    payload = operation.input_shape.serialization.get("payload") if operation.input_shape else None
    shape = members_of(operation).get(payload) if payload else None
    if shape is None or (operation.name in _WITHOUT and not kept_body(environ)):
        hand_on(environ, operation.name, kept, b"")
    elif shape.type_name == "structure":
        root = _document(request, spelled(str(payload), shape))
        if operation.name == "DeleteObjects":
            params["Objects"] = _objects(root)
        hand_on(environ, operation.name, kept)
    else:
        hand_on(environ, operation.name, kept)
    return operation.name, params


def _matched(model: ServiceModel, request: Request, code: str) -> tuple[OperationModel, dict[str, str]]:
    try:
        operation, labels = get_service_router(model.service_name).match(request)
    except (HTTPException, NotImplementedError) as error:
        raise Unreadable(code, "Method and path name no operation of this service.") from error
    return operation, {name: str(value) for name, value in labels.items()}


def _query(operation: OperationModel, request: Request, code: str) -> dict[str, str]:
    """What the query says, which must be what the operation takes there."""
    try:
        query = once(str(request.environ.get("QUERY_STRING") or ""), code)
    except UnicodeDecodeError as error:
        raise Unreadable(code, "The query is no UTF-8.") from error
    own = {name: value for name, value in query.items() if name != "x-id" and not name.lower().startswith(_SIGNS)}
    known = set(once(str(operation.http["requestUri"]).partition("?")[2], code))
    places = members_of(operation).items()
    known |= {spelled(name, shape) for name, shape in places if shape.serialization.get("location") == "querystring"}
    if unknown := sorted(own.keys() - known):
        raise Unreadable(code, f"{unknown[0]} is no parameter of {operation.name} in a query.")
    return own


def _in_query(shape: Any, name: str, query: Mapping[str, str]) -> bool:
    return shape.serialization.get("location") == "querystring" and spelled(name, shape) in query


def _members_sent(operation: OperationModel, request: Request) -> dict[str, Any]:
    """The parameters in a body of JSON."""
    sent, _ = object_of(body_of(request.environ))
    members = members_of(operation)
    placed = {name: shape for name, shape in members.items() if "location" not in shape.serialization}
    for name, value in sent.items():
        meant = next((shape for own, shape in placed.items() if spelled(own, shape) == name), None)
        if meant is None:
            raise Unreadable("ValidationException", f"{name} is no parameter of {operation.name} in its body.")
        check(value, meant)
    return sent


def _document(request: Request, name: str) -> ElementTree.Element:
    """The XML of a request, in one namespace and without prefixes, as S3's clients write it."""
    body = kept_body(request.environ)
    if str(request.headers.get("x-amz-content-sha256", "")).startswith("STREAMING"):
        raise Unreadable("InvalidRequest", "Send the document in one piece.")
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Unreadable("MalformedXML", "The XML is not well-formed.") from error
    spaces = {one.tag.rpartition("}")[0] for one in root.iter()}
    if _PREFIXED.search(body) or len(spaces) > 1 or b"<!" in body or root.tag.rpartition("}")[2] != name:
        raise Unreadable("MalformedXML", f"The XML is no {name} in one namespace.")
    return root


def _objects(root: ElementTree.Element) -> list[tuple[str, str]]:
    """Keys and version ids of a DeleteObjects request, of which there is at least one."""
    space = root.tag.rpartition("}")[0] + "}" if root.tag.startswith("{") else ""
    objects = []
    for item in root:
        kind = item.tag.removeprefix(space)
        keys, versions = item.findall(f"{space}Key"), item.findall(f"{space}VersionId")
        if kind not in {"Object", "Quiet"} or (kind == "Object" and (len(keys) != 1 or len(versions) > 1)):
            raise Unreadable("MalformedXML", "Each Object has one Key, and at most one VersionId.")
        if kind == "Object":
            objects.append((keys[0].text or "", (versions[0].text or "") if versions else ""))
    if not objects or any(len(part) for item in root.iter(f"{space}Key") for part in [list(item)]):
        raise Unreadable("MalformedXML", "The Delete names no Object.")
    if len(objects) > _MOST_DELETED:
        raise Unreadable("MalformedXML", f"The Delete names {len(objects)} Objects, more than {_MOST_DELETED}.")
    return objects
