"""One value of a request against the charter's input: taken as it is, never coerced from another type.

Golden rows are requests too, so they are held to the very same rule when a charter is read.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from serin.domain.errors import Invalid
from serin.domain.plain_numbers import how_many

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from serin.domain.charter import InputType
    from serin.domain.features import Value

    class Field(Protocol):
        """What is known of an input; `serin.domain.charter.Input` says what it means."""

        @property
        def name(self) -> str: ...
        @property
        def type(self) -> InputType: ...
        @property
        def nullable(self) -> bool: ...
        @property
        def min(self) -> float | None: ...
        @property
        def max(self) -> float | None: ...


MAXIMUM_CHARACTERS = 256
MAXIMUM_INSTANCES = 1000
EXACT = 2**53
# What 64 bits of nanoseconds hold, as a model's table has them; and no time zone leads out of the calendar.
YEARS = range(1678, 2262)
INT64 = range(-(2**63), 2**63)
# Written so that a JSON Schema's reader takes them as Python does.
TIMESTAMP_SHAPE = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
CONTROL_SHAPE = r"\u0000-\u001f\u007f-\u009f"
# Lone surrogates have no UTF-8; control characters have no business in a key or a log.
_UNPRINTABLE = rf"[{CONTROL_SHAPE}\ud800-\udfff]"
_TIMESTAMP = rf"{TIMESTAMP_SHAPE}\Z"


def read_field(item: Field, value: object) -> Value:
    """The value as the model's code sees it: numbers as float, timestamps in UTC. Raises Invalid without a field."""
    if value is None:
        if item.nullable:
            return None
        raise Invalid("found null", f"Send a {item.type}; this field may not be null.")
    return _READERS[item.type](item, value)


def shown(value: object) -> str:
    """A value as an error message may repeat it: JSON, ASCII, short."""
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def is_printable(text: str) -> bool:
    """Whether no control character and no half of a pair is in the text."""
    return (text.isascii() and text.isprintable()) or not re.search(_UNPRINTABLE, text)


def _string(_: Field, value: object) -> str:
    if not isinstance(value, str):
        raise Invalid(f"found {shown(value)}, not a string", "Send a JSON string.")
    if len(value) > MAXIMUM_CHARACTERS:
        raise Invalid(f"found {how_many(len(value), 'character')}", f"Send {MAXIMUM_CHARACTERS} characters at most.")
    if not is_printable(value):
        raise Invalid(f"found a control character in {shown(value)}", "Send printable characters only.")
    return value


def _integer(item: Field, value: object) -> int:
    # JSON has one kind of number, and 1.0 is a whole one; from 2^53 on its writer may have meant a neighbour.
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Invalid(f"found {shown(value)}, not an integer", "Send a JSON number without a fraction.")
    if value not in INT64:
        raise Invalid("found an integer that does not fit 64 bits", "Send a 64-bit integer.")
    _check_range(item, value)
    return value


def _number(item: Field, value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Invalid(f"found {shown(value)}, not a number", "Send a JSON number.")
    number = _finite(value)
    _check_range(item, value)
    return number


def _finite(value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Invalid("found a number too large to be finite", "Send a number below 1.8e308.")
    return number


def _check_range(item: Field, value: float) -> None:
    if item.min is not None and value < item.min:
        raise Invalid(f"found {shown(value)}, below the minimum of {item.min:g}", f"Send {item.min:g} or more.")
    if item.max is not None and value > item.max:
        raise Invalid(f"found {shown(value)}, above the maximum of {item.max:g}", f"Send {item.max:g} or less.")


def _boolean(_: Field, value: object) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"found {shown(value)}, not a boolean", "Send true or false.")
    return value


def _timestamp(_: Field, value: object) -> datetime:
    remedy = "Send ISO 8601 with an offset, such as 2013-01-31T07:00:00-05:00."
    if not isinstance(value, str) or not re.match(_TIMESTAMP, value):
        raise Invalid(f"found {shown(value)}, not a timestamp with an offset", remedy)
    try:
        moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(f"found {shown(value)}, a moment that does not exist", remedy) from error
    if moment.year not in YEARS:
        raise Invalid(f"found {shown(value)}, outside the years {YEARS[0]} to {YEARS[-1]}", remedy)
    return moment


_READERS: Mapping[InputType, Callable[[Field, object], Value]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
}
