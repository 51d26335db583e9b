"""Bodies and queries of requests, read without taking them from who serves the request."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from typing import Any
from urllib.parse import parse_qsl

from infra.local.iam.errors import Unreadable

Environ = dict[str, Any]
FORM = "application/x-www-form-urlencoded"
PARAMETERS = "serin.parameters"
"""Where the environment has what was read of a JSON body and judged; no header of a request gets there."""


def kept_body(environ: Environ) -> bytes:
    """The body as it came, which stays there for the next reader."""
    length = environ.get("CONTENT_LENGTH")
    # A body without a length comes in pieces and has an end of its own.
    whole = -1 if not length and environ.get("wsgi.input_terminated") else int(length or 0)
    body: bytes = environ["wsgi.input"].read(whole)
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def body_of(environ: Environ) -> bytes:
    """The body as it was before it was packed."""
    body = kept_body(environ)
    if environ.get("HTTP_CONTENT_ENCODING") != "gzip":
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable("SerializationException", "The body is not packed as its Content-Encoding says.") from error


def media_type(environ: Environ) -> str:
    """The type of the body, without what may follow it."""
    return str(environ.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower()


def once(text: str, code: str) -> dict[str, str]:
    """The parameters of a form or a query, none of which may be there twice; raises Unreadable with the code."""
    members: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, errors="strict"):
        if name in members:
            raise Unreadable(code, f"The parameter {name} is given more than once.")
        members[name] = value
    return members


def object_of(body: bytes) -> tuple[dict[str, Any], bytes]:
    """A JSON object whose members are each there once, those that are null left out; and what says just that."""
    try:
        text = body.decode() or "{}"
        read = _DECODED(text)
        # What is written again as it was has lost no member to another of its name.
        if "null" in text or _WRITTEN[_is_spaced(text)](read) != text:
            read = json.loads(text, object_pairs_hook=_members, parse_constant=_no_constant)
            body = json.dumps(read).encode()
    except (ValueError, RecursionError) as error:
        raise Unreadable("SerializationException", "The body is no JSON.") from error
    if not isinstance(read, dict):
        raise Unreadable("SerializationException", "The body is no JSON object.")
    return read, body or b"{}"


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unreadable("SerializationException", "A member of a JSON object is given more than once.")
    return {name: value for name, value in members.items() if value is not None}


def _is_spaced(text: str) -> bool:
    """Whether a blank follows the first name: botocore writes so, and others without any."""
    return text.startswith(" ", text.find('":') + 2)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_DECODED = json.JSONDecoder(parse_constant=_no_constant).decode
_WRITTEN = {True: json.JSONEncoder().encode, False: json.JSONEncoder(separators=(",", ":")).encode}


def hand_on(environ: Environ, operation: str, query: str, body: bytes | None = None, kind: str = "") -> None:
    """Leave in the request what was judged and nothing else.

    A query that is not empty keeps moto from taking parameters, and even the operation, from bodies and headers;
    `x-id` is what AWS's own clients send to name the operation.
    """
    query = query or f"x-id={operation}"
    environ["QUERY_STRING"] = query
    environ["RAW_URI"] = f"{str(environ['RAW_URI']).partition('?')[0]}?{query}"
    if body is None:
        return
    environ["wsgi.input"], environ["CONTENT_LENGTH"], environ["CONTENT_TYPE"] = io.BytesIO(body), str(len(body)), kind
    for name in ("HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING"):
        environ.pop(name, None)
