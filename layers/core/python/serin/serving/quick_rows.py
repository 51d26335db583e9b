"""Rows that are plainly right, read by looking at all their values at once.

Most rows of most requests are: their fields are the inputs, their values of the inputs' own types. What is left over,
right or wrong, is for `serin.serving.requests`, which looks at each value by itself and can say what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf, isfinite
from operator import itemgetter

from serin.domain.errors import Invalid
from serin.domain.fields import INT64, MAXIMUM_CHARACTERS, is_printable, read_field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from serin.domain.features import Value
    from serin.domain.fields import Field

_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (float, int),
    "boolean": (bool,),
    "timestamp": (str,),
}
_MOST_FORMS = 256


class QuickRows:
    """The inputs of a model, worked out once for all requests."""

    def __init__(self, inputs: Sequence[Field]) -> None:
        self._inputs = inputs
        self._names = tuple(item.name for item in inputs)
        self._values = _pick(self._names)
        self._forms: dict[tuple[type, ...], _Form | None] = {}

    def read(self, row: object) -> dict[str, Value] | None:
        """The row as `serin.serving.requests.read_row` reads it; None where that has to look at it."""
        if type(row) is not dict or len(row) != len(self._names):
            return None
        try:
            values = self._values(row)
        except KeyError:
            return None
        kinds = tuple(map(type, values))
        try:
            form = self._forms[kinds]
        except KeyError:
            form = self._form(kinds)
        read = None if form is None else form.read(values)
        return None if read is None else dict(zip(self._names, read, strict=True))

    def _form(self, kinds: tuple[type, ...]) -> _Form | None:
        is_right = all(
            kind in _KINDS[item.type] or (kind is type(None) and item.nullable)
            for item, kind in zip(self._inputs, kinds, strict=True)
        )
        if len(self._forms) >= _MOST_FORMS:
            self._forms.clear()
        form = self._forms[kinds] = _Form(self._inputs, kinds) if is_right else None
        return form


class _Form:
    """Rows whose values have these types, which the inputs take."""

    def __init__(self, inputs: Sequence[Field], kinds: Sequence[type]) -> None:
        here = [(place, item) for place, item in enumerate(inputs) if kinds[place] is not type(None)]
        self._texts = _pick([place for place, item in here if item.type == "string"])
        self._numbers = _pick([place for place, item in here if item.type == "number"])
        self._whole = [place for place, item in here if item.type == "integer"]
        self._widened = [place for place, item in here if item.type == "number" and kinds[place] is int]
        self._moments = [(place, item) for place, item in here if item.type == "timestamp"]
        self._ranges = [
            (place, -inf if item.min is None else item.min, inf if item.max is None else item.max)
            for place, item in here
            if item.type in ("integer", "number") and (item.min, item.max) != (None, None)
        ]

    def read(self, values: Sequence[Any]) -> Sequence[Value] | None:
        """The values as the model's code sees them; None where one of them is not plainly right."""
        text = "".join(self._texts(values))
        if len(text) > MAXIMUM_CHARACTERS or not is_printable(text):
            return None
        for place in self._whole:
            if values[place] not in INT64:
                return None
        for place, least, most in self._ranges:
            if not least <= values[place] <= most:
                return None
        try:
            # A sum is finite only if all of it is.
            if not isfinite(sum(self._numbers(values))):
                return None
            return self._converted(values) if self._widened or self._moments else values
        except (OverflowError, Invalid):
            return None

    def _converted(self, values: Sequence[Any]) -> Sequence[Value]:
        converted = list(values)
        for place in self._widened:
            converted[place] = float(converted[place])
        for place, item in self._moments:
            converted[place] = read_field(item, converted[place])
        return converted


def _pick(places: Sequence[Any]) -> Callable[[Any], Sequence[Any]]:
    """What gives the values at these places, as many as they are."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: [values[place] for place in places]
