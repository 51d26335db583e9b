"""Rows that are plainly right, read by looking at whole columns of them at once.

Most rows of most requests are: their fields are the inputs, their values of the inputs' own types. What is left over,
right or wrong, is for `serin.serving.requests`, which looks at each value by itself and can say what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from math import inf, isfinite

from serin.domain.errors import Invalid
from serin.domain.fields import INT64, MAXIMUM_CHARACTERS, is_printable, read_field
from serin.serving.rows import Rows, pick

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from serin.domain.features import Value
    from serin.domain.fields import Field

    Kinds: TypeAlias = "tuple[type | frozenset[type], ...]"

_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (float, int),
    "boolean": (bool,),
    "timestamp": (str,),
}
_NULL = type(None)
_MOST_FORMS = 256


class QuickRows:
    """The inputs of a model, worked out once for all requests."""

    def __init__(self, inputs: Sequence[Field]) -> None:
        self._inputs = inputs
        self._names = tuple(item.name for item in inputs)
        self._values = pick(self._names)
        self._forms: dict[Kinds, _Form | None] = {}

    def read(self, rows: Sequence[object]) -> Rows | None:
        """The rows as `serin.serving.requests.read_rows` reads them; None where that has to look at them."""
        width = len(self._names)
        if not rows:
            return None
        for row in rows:
            if type(row) is not dict or len(row) != width:
                return None
        try:
            values = list(map(self._values, rows))
        except KeyError:
            return None
        columns: list[Sequence[Any]] = list(zip(*values, strict=True))
        # Of one row the types are their own names, which takes half as long.
        kinds: Kinds = tuple(map(type, values[0])) if len(rows) == 1 else tuple(map(_types_in, columns))
        try:
            form = self._forms[kinds]
        except KeyError:
            form = self._form(kinds)
        read = None if form is None else form.read(columns)
        return None if read is None else Rows(dict(zip(self._names, read, strict=True)), len(rows))

    def _form(self, kinds: Kinds) -> _Form | None:
        is_right = all(
            kind in _KINDS[item.type] or (kind is _NULL and item.nullable)
            for item, types in zip(self._inputs, map(_as_types, kinds), strict=True)
            for kind in types
        )
        if len(self._forms) >= _MOST_FORMS:
            self._forms.clear()
        form = self._forms[kinds] = _Form(self._inputs, kinds) if is_right else None
        return form


class _Form:
    """Rows whose columns hold values of these types, which the inputs take."""

    def __init__(self, inputs: Sequence[Field], kinds: Kinds) -> None:
        here = list(enumerate(inputs))
        self._texts = pick([place for place, item in here if item.type == "string"])
        self._numbers = pick([place for place, item in here if item.type == "number"])
        self._whole = [place for place, item in here if item.type == "integer"]
        self._widened = [place for place, item in here if item.type == "number" and int in _as_types(kinds[place])]
        self._moments = [(place, item) for place, item in here if item.type == "timestamp"]
        self._ranges = [
            (place, -inf if item.min is None else item.min, inf if item.max is None else item.max)
            for place, item in here
            if item.type in ("integer", "number") and (item.min, item.max) != (None, None)
        ]

    def read(self, columns: list[Sequence[Any]]) -> Sequence[Sequence[Value]] | None:
        """The columns as the model's code sees them; None where a value is not plainly right."""
        # Nulls have no length and are in no sum; empty texts and zeros are right in both.
        texts = list(filter(None, chain.from_iterable(self._texts(columns))))
        if max(map(len, texts), default=0) > MAXIMUM_CHARACTERS or not is_printable("".join(texts)):
            return None
        for place in self._whole:
            if not _are_within(filter(None, columns[place]), INT64.start, INT64[-1]):
                return None
        for place, least, most in self._ranges:
            if not _are_within((value for value in columns[place] if value is not None), least, most):
                return None
        try:
            # A sum is finite only if all of it is.
            if not isfinite(sum(filter(None, chain.from_iterable(self._numbers(columns))))):
                return None
            return self._converted(columns) if self._widened or self._moments else columns
        except (OverflowError, Invalid):
            return None

    def _converted(self, columns: list[Sequence[Any]]) -> Sequence[Sequence[Value]]:
        for place in self._widened:
            columns[place] = [None if value is None else float(value) for value in columns[place]]
        for place, item in self._moments:
            # Many rows of a request are of one moment.
            read = {text: read_field(item, text) for text in set(columns[place])}
            columns[place] = [read[text] for text in columns[place]]
        return columns


def _types_in(column: Sequence[Any]) -> frozenset[type]:
    return frozenset(map(type, column))


def _as_types(of: type | frozenset[type]) -> frozenset[type]:
    return of if isinstance(of, frozenset) else frozenset((of,))


def _are_within(numbers: Iterable[Any], least: float, most: float) -> bool:
    values = list(numbers)
    return not values or (least <= min(values) and max(values) <= most)
