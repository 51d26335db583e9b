"""What an attribute's value may be, in DynamoDB's words.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from moto.dynamodb.exceptions import MockValidationException

_DEEPEST = 32
_DIGITS, _LARGEST, _SMALLEST = 38, 125, -130
_WRONG = "One or more parameter values were invalid: "
_ONE_TYPE = "must contain exactly one of the supported datatypes"
_TYPES = frozenset(("S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"))
_ANYTHING = frozenset(("S", "B", "BOOL"))
"""Types of whose values nothing has to be said."""


def check_item(item: Mapping[str, Any]) -> None:
    """Raise for a value that is none."""
    for value in item.values():
        _check(value, 1)


def _check(value: Any, depth: int) -> None:
    if type(value) is dict and len(value) == 1 and next(iter(value)) in _ANYTHING:
        return
    if not isinstance(value, dict) or not value.keys() & _TYPES:
        raise MockValidationException(f"Supplied AttributeValue is empty, {_ONE_TYPE}")
    if len(value) > 1:
        raise MockValidationException(f"Supplied AttributeValue has more than one datatypes set, {_ONE_TYPE}")
    ((kind, content),) = value.items()
    inner: Iterable[Any] = ()
    if kind in ("M", "L"):
        inner = content.values() if kind == "M" else content
        if depth >= _DEEPEST and content:
            raise MockValidationException("Nesting Levels have exceeded supported limits")
    elif kind in _CHECKS:
        _CHECKS[kind](content)
    for one in inner:
        _check(one, depth + 1)


@lru_cache(maxsize=4096)
def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        told = f": {text}" if text else ""
        raise MockValidationException(f"The parameter cannot be converted to a numeric value{told}")
    if _significant(number) > _DIGITS:
        raise MockValidationException(f"Attempting to store more than {_DIGITS} significant digits in a Number")
    if number and not _SMALLEST <= number.adjusted() <= _LARGEST:
        what, how = ("overflow", "larger") if number.adjusted() > _LARGEST else ("underflow", "smaller")
        raise MockValidationException(
            f"Number {what}. Attempting to store a number with magnitude {how} than supported range"
        )
    return number


def _significant(number: Decimal) -> int:
    """Digits without the zeros at either end, which are not kept."""
    return len("".join(map(str, number.as_tuple().digits)).strip("0"))


def _strings(members: list[str]) -> None:
    _filled(members, "An string set  may not be empty")
    if "" in members:
        raise MockValidationException(f"{_WRONG}An string set may not have a empty string as a member")
    _distinct(members, members)


def _numbers(members: list[str]) -> None:
    _filled(members, "An number set  may not be empty")
    _distinct(members, [_number(member) for member in members])


def _bytes(members: list[bytes]) -> None:
    _filled(members, "Binary sets should not be empty")
    _distinct(members, members)


def _filled(members: list[Any], message: str) -> None:
    if not members:
        raise MockValidationException(f"{_WRONG}{message}")


def _distinct(members: list[Any], values: list[Any]) -> None:
    if len(set(values)) < len(values):
        raise MockValidationException(f"{_WRONG}Input collection [{', '.join(map(str, members))}] contains duplicates.")


def _null(content: object) -> None:
    if content is not True:
        raise MockValidationException(f"{_WRONG}Null attribute value types must have the value of true")


_CHECKS: Mapping[str, Callable[[Any], object]] = {
    "N": _number,
    "SS": _strings,
    "NS": _numbers,
    "BS": _bytes,
    "NULL": _null,
}
