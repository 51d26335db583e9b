"""A request body that was sent compressed, expanded up to what a body may have and not a byte further."""

from __future__ import annotations

import zlib

from serin.domain.errors import Invalid, TooLarge, Unsupported
from serin.domain.json_body import MAXIMUM_BYTES
from serin.domain.printable import printable

_GZIP = 16 + zlib.MAX_WBITS
_REMEDY = "Send the body as gzip, or as it is without Content-Encoding."


def expanded(body: bytes, encoding: str | None) -> bytes:
    """The body that was encoded as the header `Content-Encoding` says.

    Raises Unsupported for any encoding but gzip, TooLarge for more bytes than a body may have, before or after, and
    Invalid for what is not one whole gzip stream.
    """
    names = [name for part in (encoding or "").lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if not names:
        return body
    if names not in (["gzip"], ["x-gzip"]):
        found = f"The body's Content-Encoding is '{printable(', '.join(names))}'; gzip is understood."
        raise Unsupported(found, _REMEDY, "Content-Encoding")
    if len(body) > MAXIMUM_BYTES:
        raise _too_large(f"The compressed body has {len(body)} bytes")
    stream = zlib.decompressobj(_GZIP)
    try:
        # One byte more than is allowed tells a body that is too large from one that just fits.
        content = stream.decompress(body, MAXIMUM_BYTES + 1)
    except zlib.error as error:
        raise Invalid(f"The body is not gzip: {error}.", _REMEDY, "Content-Encoding") from error
    if len(content) > MAXIMUM_BYTES:
        raise _too_large("The body expands to more bytes")
    if not stream.eof:
        raise Invalid("The body is gzip that ends too early.", _REMEDY, "Content-Encoding")
    if stream.unused_data:
        raise Invalid("There are bytes behind the body's gzip stream.", _REMEDY, "Content-Encoding")
    return content


def _too_large(found: str) -> TooLarge:
    return TooLarge(f"{found}; {MAXIMUM_BYTES} are allowed.", "Send the rows in several requests.")
