"""A request body that was sent compressed, expanded up to what a body may have and not a byte further."""

from __future__ import annotations

import zlib

from serin.domain.errors import Invalid, TooLarge, Unsupported
from serin.domain.json_body import MAXIMUM_BYTES
from serin.domain.plain_numbers import how_many
from serin.domain.printable import printable

_GZIP = 16 + zlib.MAX_WBITS
_MEMBERS = 256
"""Streams one behind the other, as tools write who compress in pieces; each one more costs a copy of what follows."""
_REMEDY = "Send the body as gzip, or as it is without Content-Encoding."


def expanded(body: bytes, encoding: str | None) -> bytes:
    """The body that was encoded as the header `Content-Encoding` says.

    Raises Unsupported for any encoding but gzip, TooLarge for more bytes than a body may have, before or after, and
    Invalid for what is not whole gzip streams, one behind the other (RFC 1952, 2.2).
    """
    names = [name for part in (encoding or "").lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if not names:
        return body
    if names not in (["gzip"], ["x-gzip"]):
        found = f"The body's Content-Encoding is '{printable(', '.join(names))}'; gzip is understood."
        raise Unsupported(found, _REMEDY, "Content-Encoding")
    if len(body) > MAXIMUM_BYTES:
        raise _too_large(f"The compressed body has {how_many(len(body), 'byte')}")
    content, rest = b"", body
    for _ in range(_MEMBERS):
        stream = zlib.decompressobj(_GZIP)
        try:
            # One byte more than is allowed tells a body that is too large from one that just fits.
            content += stream.decompress(rest, MAXIMUM_BYTES + 1 - len(content))
        except zlib.error as error:
            raise Invalid(f"The body is not gzip: {error}.", _REMEDY, "Content-Encoding") from error
        if len(content) > MAXIMUM_BYTES:
            raise _too_large("The body expands to more bytes")
        if not stream.eof:
            raise Invalid("The body is gzip that ends too early.", _REMEDY, "Content-Encoding")
        rest = stream.unused_data
        if not rest:
            return content
    raise Invalid(
        f"The body is more than {_MEMBERS} gzip streams, one behind the other.",
        "Compress the body as a whole.",
        "Content-Encoding",
    )


def _too_large(found: str) -> TooLarge:
    return TooLarge(f"{found}; {MAXIMUM_BYTES} are allowed.", "Send the rows in several requests.")
