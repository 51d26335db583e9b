"""A request body as JSON, refused while it is still bytes when it is too large or too deep to be parsed safely."""

from __future__ import annotations

import json
import re
from collections import Counter

from serin.domain.errors import Invalid, TooLarge
from serin.domain.printable import printable

MAXIMUM_BYTES = 1_000_000
MAXIMUM_DEPTH = 32
MAXIMUM_DIGITS = 1000

# Possessive, and an unterminated string still matches: otherwise hostile quotes make the scan quadratic.
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_LONG_NUMBER = re.compile(rb"[0-9.eE+-]{%d}" % (MAXIMUM_DIGITS + 1))
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_OPENING = frozenset(b"[{")


def read_json(body: bytes, *, nan_is_null: bool = False) -> object:
    """The JSON value of a request body; raises TooLarge, or Invalid for what is not UTF-8 JSON with finite numbers.

    With `nan_is_null` a bare NaN, which is how pandas' writers say that a value is not known, is null.
    """
    if len(body) > MAXIMUM_BYTES:
        raise TooLarge(
            f"The body has {len(body)} bytes; {MAXIMUM_BYTES} are allowed.", "Send the rows in several requests."
        )
    without_strings = _STRINGS.sub(b"", body)
    if _is_too_deep(without_strings):
        raise Invalid(
            f"The body is nested deeper than {MAXIMUM_DEPTH} levels.",
            "Send flat objects, as in /openapi.json.",
        )
    if _LONG_NUMBER.search(without_strings):
        raise Invalid(f"A number in the body has more than {MAXIMUM_DIGITS} digits.", "Send 64-bit integers or floats.")
    try:
        return json.loads(
            body.decode("utf-8"), parse_constant=_null if nan_is_null else _constant, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise Invalid(f"The body is not JSON: {error}.", "Send the JSON that /openapi.json describes.") from error
    except UnicodeDecodeError as error:
        raise Invalid(f"The body is not UTF-8 at byte {error.start}.", "Encode the JSON as UTF-8.") from error


def _is_too_deep(without_strings: bytes) -> bool:
    depth = 0
    for byte in without_strings.translate(None, _NOT_BRACKETS):
        if byte in _OPENING:
            depth += 1
            if depth > MAXIMUM_DEPTH:
                return True
        else:
            depth -= 1
    return False


def _constant(name: str) -> object:
    raise Invalid(f"The body holds {name}, which is not JSON.", "Send null where a value is unknown.")


def _null(name: str) -> object:
    return None if name == "NaN" else _constant(name)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise Invalid(f"The field '{printable(twice)}' appears twice in one object.", "Send each field once.")
    return members
