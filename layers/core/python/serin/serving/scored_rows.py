"""Rows scored so that one which the model cannot answer takes no other with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from serin.domain.errors import ModelFailed, SerinError
from serin.domain.model_code import RAISED, call_in_words, in_words, kind_and_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from serin.domain.charter import Score
    from serin.domain.features import Value
    from serin.serving.manifest import Column
    from serin.serving.model import ServedModel
    from serin.serving.rows import AnyRows

    Row: TypeAlias = Mapping[str, Value]

LOOKED_INTO = 3
"""Failing rows of a request whose every column is tried; of the others only what was to blame before."""
_HARMLESS = (0.0, 1.0)


def scored_apart(rows: AnyRows, model: ServedModel, error: BaseException) -> list[Score | ModelFailed]:
    """A score for each of the rows that `error` was raised of, or why it has none.

    Each half is by itself, so that a few bad rows cost a few calls more.
    """
    return list(_halved(rows, model, _Blame(model), error))


def _halved(rows: AnyRows, model: ServedModel, blame: _Blame, error: BaseException) -> Iterator[Score | ModelFailed]:
    if len(rows) == 1:
        yield blame.failure(rows[0], error)
        return
    half = len(rows) // 2
    for part in (rows[:half], rows[half:]):
        try:
            scores = model.score(part)
        except RAISED as wrong:
            yield from _halved(part, model, blame, wrong)
        else:
            yield from scores


class _Blame:
    """Which column a failing row fails by: the one without whose value it would be answered."""

    def __init__(self, model: ServedModel) -> None:
        self._model = model
        self._columns = {column.name: column for column in model.facts.columns}
        self._known: dict[str, None] = {}
        self._looks = LOOKED_INTO

    def failure(self, row: Row, error: BaseException) -> ModelFailed:
        """The row's error, with the column and its value where one is to blame."""
        name = self._column(row)
        by = f" of {call_in_words([name], [row[name]])}" if name else ""
        if isinstance(error, SerinError):
            said, remedy, cause = error.message.rstrip("."), error.remedy, error.message
        else:
            said, remedy, cause = in_words(error), _REMEDY, kind_and_place(error)
        where = name or (error.field if isinstance(error, SerinError) else None)
        failure = ModelFailed(
            f"The model cannot answer this row{by}: {said}.", remedy, where, f"{name or 'the model'}: {cause}"
        )
        failure.__cause__ = error
        return failure

    def _column(self, row: Row) -> str | None:
        if (name := next((name for name in self._known if self._is(name, row)), None)) is not None:
            return name
        if self._looks == 0:
            return None
        self._looks -= 1
        unusual = self._model.unknown(row) + [name for name in self._columns if row[name] is None]
        for name in dict.fromkeys((*unusual, *self._columns)):
            if self._is(name, row):
                self._known[name] = None
                return name
        return None

    def _is(self, name: str, row: Row) -> bool:
        return any(self._answers({**row, name: value}) for value in _usual(self._columns[name]) if value != row[name])

    def _answers(self, row: Row) -> bool:
        try:
            self._model.score([row])
        except RAISED:
            return False
        return True


_REMEDY = "Ask without this value, or tell the model's owner: its pipeline has to answer it."


def _usual(column: Column) -> tuple[Value, ...]:
    return _HARMLESS if column.kind == "numeric" else tuple(column.categories[:1])
