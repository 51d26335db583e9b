"""The body of a signed request: what stands for it in the signature, and that it is the body that was signed.

S3 takes bodies that are not signed, and ones in pieces that are signed one after another.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import re

from infra.local.door.sigv4 import ALGORITHM, Claim, Received, same, sha256, signature_of_text

UNSIGNED = "UNSIGNED-PAYLOAD"
_PIECES = f"STREAMING-{ALGORITHM}-PAYLOAD"
_NOT_SIGNED = frozenset({UNSIGNED, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"})
_SIGNED_PIECES = frozenset({_PIECES, f"{_PIECES}-TRAILER"})
_HEAD = re.compile(rb"([0-9a-fA-F]{1,10});chunk-signature=([0-9a-f]{64})\r\n")
_TRAILER_SIGNATURE = "x-amz-trailer-signature:"


def stands_for_the_body(claim: Claim, received: Received, body: bytes) -> str:
    """What the signature has instead of the body."""
    declared = received.headers.get("x-amz-content-sha256")
    if claim.service == "s3":
        return declared or (UNSIGNED if claim.expires_s is not None else sha256(body))
    return sha256(body)


def is_as_signed(claim: Claim, received: Received, body: bytes, secret: str) -> bool:
    """Whether the body is the one that what stands for it was made of."""
    stands = stands_for_the_body(claim, received, body)
    if claim.service != "s3":
        return received.headers.get("x-amz-content-sha256", stands) == stands
    if stands in _NOT_SIGNED:
        return True
    if stands in _SIGNED_PIECES:
        return _pieces_are_signed(claim, body, secret)
    return received.headers.get("x-amz-content-sha256", stands) == stands == sha256(body)


def _pieces_are_signed(claim: Claim, body: bytes, secret: str) -> bool:
    """Each piece is signed together with the signature before it; the last one is empty."""
    before, place = claim.signature, 0
    while (head := _HEAD.match(body, place)) is not None:
        size, signature = int(head.group(1), 16), head.group(2).decode()
        piece = body[head.end() : head.end() + size]
        made = _signed(claim, "PAYLOAD", [before, sha256(b""), sha256(piece)], secret)
        if len(piece) != size or not same(made, signature):
            return False
        before, place = signature, head.end() + size
        if size == 0:
            return _trailer_is_signed(claim, body[place:].decode("latin-1"), before, secret)
        if body[place : place + 2] != b"\r\n":
            return False
        place += 2
    return False


def _trailer_is_signed(claim: Claim, rest: str, before: str, secret: str) -> bool:
    lines = [line for line in rest.split("\r\n") if line]
    if not lines:
        return True
    *headers, last = lines
    text = "".join(
        f"{name.strip().lower()}:{value.strip()}\n" for name, _, value in (h.partition(":") for h in headers)
    )
    made = _signed(claim, "TRAILER", [before, sha256(text.encode("latin-1"))], secret)
    return last.startswith(_TRAILER_SIGNATURE) and same(made, last.removeprefix(_TRAILER_SIGNATURE).strip())


def _signed(claim: Claim, what: str, parts: list[str], secret: str) -> str:
    text = "\n".join([f"{ALGORITHM}-{what}", claim.moment, claim.scope, *parts])
    return signature_of_text(claim, text, secret)
