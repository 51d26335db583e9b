"""The strict patterns every name passes before it touches a key, and the digests ids are made of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from serin.domain.errors import Invalid

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
COLUMN = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")


def checked_name(value: str, what: str) -> str:
    """Return `value` if it may name a model or a dataset, else raise Invalid saying what is wrong with `what`."""
    if not NAME.match(value):
        raise Invalid(
            f"{what} {value[:60]!r} is not a name.",
            "Use lower-case letters, digits and hyphens, a letter first, 40 characters at most.",
            what,
        )
    return value


def checked_file(value: str) -> str:
    """Return `value` if it may be the file part of an upload's key, else raise Invalid."""
    if not FILE.match(value) or ".." in value:
        raise Invalid(
            f"{value[:60]!r} is not a file name.",
            "Use letters, digits, dots, hyphens and underscores, 200 characters at most.",
            "file",
        )
    return value


@dataclass(frozen=True)
class Pieces:
    """Bytes that are too many to hold at once: `size` of them, piece after piece."""

    size: int
    pieces: Iterable[bytes]


def digest(*parts: bytes | str | Pieces) -> str:
    """The SHA-256 of the parts in order, as hex; each part is framed by its length, so no two lists collide."""
    sha = hashlib.sha256()
    for part in parts:
        whole = part if isinstance(part, Pieces) else _whole(part)
        sha.update(whole.size.to_bytes(8, "big"))
        for piece in whole.pieces:
            sha.update(piece)
    return sha.hexdigest()


def _whole(part: bytes | str) -> Pieces:
    raw = part.encode() if isinstance(part, str) else part
    return Pieces(len(raw), (raw,))
