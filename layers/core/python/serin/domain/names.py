"""The strict patterns every name passes before it touches a key, and the digests ids are made of."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from serin.domain.errors import Invalid

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
COLUMN = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")
# Where a word begins in `UniqueID` and `HTTPStatus`.
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


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


def dataset_named(text: str) -> str:
    """The dataset's name nearest to what a person calls it, such as `air-quality` for `Air_Quality`."""
    return text if NAME.match(text) else _words(text, "-", 40, "dataset")


def columns_named(texts: Sequence[str]) -> tuple[str, ...]:
    """Columns' names nearest to what a person calls them, such as `age_years` for `Age (years)`; all are different.

    One that is a column's name already stays.
    """
    taken = {text for text in texts if COLUMN.match(text)}
    names = []
    for text in texts:
        name = text
        if not COLUMN.match(text):
            name = _free(_words(text, "_", 63, "column"), taken)
            taken.add(name)
        names.append(name)
    return tuple(names)


def _words(text: str, between: str, most: int, kind: str) -> str:
    plain = unicodedata.normalize("NFKD", _HUMP.sub(between, text).casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    name = re.sub(r"[^a-z0-9]+", between, letters).strip(between)
    if not name[:1].isalpha():
        name = f"{kind}{between}{name}".rstrip(between)
    return name[:most].rstrip(between)


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[:58]}_{number}"
    return free


@dataclass(frozen=True)
class Pieces:
    """Bytes that are too many to hold at once: `size` of them, piece after piece."""

    size: int
    pieces: Iterable[bytes]


def digest(*parts: bytes | str | Pieces) -> str:
    """The SHA-256 of the parts in order, as hex; each part is framed by its length, so no two lists collide."""
    sha = hashlib.sha256()
    for part in parts:
        if isinstance(part, Pieces):
            sha.update(part.size.to_bytes(8, "big"))
            for piece in part.pieces:
                sha.update(piece)
        else:
            raw = part.encode() if isinstance(part, str) else part
            sha.update(len(raw).to_bytes(8, "big"))
            sha.update(raw)
    return sha.hexdigest()
