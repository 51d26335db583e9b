"""A request body as JSON, refused while it is still bytes when it is too large or too deep to be parsed safely."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable

from serin.domain.errors import Invalid, TooLarge
from serin.domain.printable import printable

MAXIMUM_BYTES = 1_000_000
MAXIMUM_DEPTH = 32
MAXIMUM_DIGITS = 1000

# Possessive, and an unterminated string still matches: otherwise hostile quotes make the scan quadratic. Compiled when
# they are first needed, which in most processes is never.
_STRINGS = rb'(?s:"(?:[^"\\]++|\\.)*+"?)'
_LONG_NUMBER = rb"[0-9.eE+-]{%d}" % (MAXIMUM_DIGITS + 1)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_OPENING = frozenset(b"[{")
_DIGITS = bytes(ord("0") if sign in b"0123456789.eE+-" else 0 for sign in range(256))
_TOO_LONG = b"0" * (MAXIMUM_DIGITS + 1)
_BEHIND_NAMES = (b'":', b'" ', b'"\t', b'"\n', b'"\r')


def read_json(body: bytes, *, nan_is_null: bool = False) -> object:
    """The JSON value of a request body; raises TooLarge, or Invalid for what is not UTF-8 JSON with finite numbers.

    With `nan_is_null` a bare NaN, which is how pandas' writers say that a value is not known, is null.
    """
    if len(body) > MAXIMUM_BYTES:
        raise TooLarge(
            f"The body has {len(body)} bytes; {MAXIMUM_BYTES} are allowed.", "Send the rows in several requests."
        )
    decoder = _PLAIN[nan_is_null]
    if (plain := _rows(body, decoder)) is not None:
        return plain
    outside = _outside_strings(body)
    without_strings = b"".join(outside)
    if _is_too_deep(without_strings):
        raise Invalid(
            f"The body is nested deeper than {MAXIMUM_DEPTH} levels.",
            "Send flat objects, as in /openapi.json.",
        )
    # A number lies between two strings, and what is between strings is short in nearly every body.
    if max(map(len, outside)) > MAXIMUM_DIGITS and re.search(_LONG_NUMBER, without_strings):
        raise Invalid(f"A number in the body has more than {MAXIMUM_DIGITS} digits.", "Send 64-bit integers or floats.")
    try:
        text = body.decode("utf-8")
        constant = _null if nan_is_null else _constant
        content = _plain(text, decoder, without_strings.count(b":"))
        return json.loads(text, parse_constant=constant, object_pairs_hook=_object) if content is None else content
    except json.JSONDecodeError as error:
        raise Invalid(f"The body is not JSON: {error}.", "Send the JSON that /openapi.json describes.") from error
    except UnicodeDecodeError as error:
        raise Invalid(f"The body is not UTF-8 at byte {error.start}.", "Encode the JSON as UTF-8.") from error


def _rows(body: bytes, decoder: json.JSONDecoder) -> object:
    """The value of a body that is plainly right: an object with one list of flat objects, as nearly every one is.

    None for any other. What is in strings is not told apart, which only makes more of what is counted: every field has
    a colon, and that or a space behind its name. So where no more fields are counted than the value has, none comes
    twice, and none is in an object deeper down.
    """
    brackets = body.translate(None, _NOT_BRACKETS)
    if brackets != b"{[%b]}" % (b"{}" * (len(brackets) // 2 - 2)) or _TOO_LONG in body.translate(_DIGITS):
        return None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    # Colons are counted sooner, and are none too many where no text has any.
    return _plain(text, decoder, body.count(b":"), lambda: sum(map(body.count, _BEHIND_NAMES)))


def _plain(text: str, decoder: json.JSONDecoder, most: int, nearer: Callable[[], int] | None = None) -> object:
    """The value, where it is right and its objects have all the fields that the text can hold: none comes twice.

    It can hold `most`, or as `nearer` counts. None where whoever looks at each object has to say what is wrong; nearly
    every body is told right without that.
    """
    try:
        content = decoder.decode(text)
    except (ValueError, Invalid, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    fields = _fields(content)
    return content if fields == most or (nearer is not None and fields == nearer()) else None


def _fields(content: dict[str, object]) -> int:
    """The fields of the outermost object, of those in it and of those in its lists."""
    count = len(content)
    for value in content.values():
        if isinstance(value, list):
            count += sum([len(item) for item in value if type(item) is dict])
        elif isinstance(value, dict):
            count += len(value)
    return count


def _outside_strings(body: bytes) -> list[bytes]:
    """What is before, between and behind the strings of a body."""
    if b"\\" in body:
        return [re.sub(_STRINGS, b"", body)]
    # No quote is escaped, so that strings begin and end at every other one.
    return body.split(b'"')[::2]


def _is_too_deep(without_strings: bytes) -> bool:
    brackets = without_strings.translate(None, _NOT_BRACKETS)
    # Objects without brackets in them are a level, however many there are.
    if len(brackets.replace(b"{}", b"")) < MAXIMUM_DEPTH:
        return False
    depth = 0
    for byte in brackets:
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


_PLAIN = {False: json.JSONDecoder(parse_constant=_constant), True: json.JSONDecoder(parse_constant=_null)}
