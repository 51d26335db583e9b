"""Calls as nearly all are: a POST to `/` of one length that names its operation in a header.

The mail parser that reads a request's headers for Python's server takes longer than to write an item. What it may read
otherwise than what stands here is left to it: folded lines, names and values with odd characters, headers given twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BufferedIOBase

REQUEST_LINE = b"POST / HTTP/1.1\r\n"
MOST_BYTES = 1 << 20
"""Of a body that is read before it is asked for; DynamoDB's items are smaller."""

_MOST_LINES, _LONGEST_LINE = 100, 1 << 16
"""What Python's server refuses more than."""
_HEADER = re.compile(rb"([A-Za-z0-9-]+):[ \t]*((?:[\x20-\x7e]*[\x21-\x7e])?)\r\n")
_ENDS = (b"\r\n", b"\n", b"")
_LENGTH = re.compile(r"[0-9]{1,9}", re.ASCII)
_ELSEWHERE = frozenset({"HTTP_TRANSFER_ENCODING", "HTTP_EXPECT", "HTTP_UPGRADE"})
"""Headers that say something of where the request ends, or of what comes first."""


def header_lines(stream: BufferedIOBase) -> list[bytes]:
    """The lines up to the empty one, which is the last; fewer where there are too many or one is too long."""
    lines: list[bytes] = []
    while len(lines) <= _MOST_LINES:
        lines.append(stream.readline(_LONGEST_LINE + 1))
        if lines[-1] in _ENDS or len(lines[-1]) > _LONGEST_LINE:
            break
    return lines


def headers_of_call(lines: Sequence[bytes]) -> dict[str, str] | None:
    """What a call's environment has of its headers; None for a request whose end is not beyond doubt."""
    if lines[-1] != b"\r\n":
        return None
    headers: dict[str, str] = {}
    for line in lines[:-1]:
        match = _HEADER.fullmatch(line)
        if match is None:
            return None
        name = match[1].decode().upper().replace("-", "_")
        key = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
        if key in headers:
            return None
        headers[key] = match[2].decode()
    return headers if _is_call(headers) else None


def _is_call(headers: dict[str, str]) -> bool:
    if "HTTP_X_AMZ_TARGET" not in headers or not _ELSEWHERE.isdisjoint(headers):
        return False
    if headers.get("HTTP_CONNECTION", "keep-alive").lower() != "keep-alive":
        return False
    length = headers.get("CONTENT_LENGTH", "")
    return _LENGTH.fullmatch(length) is not None and int(length) <= MOST_BYTES
