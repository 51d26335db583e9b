"""A compiled model in memory: rows in, scores out, with neither numpy nor scikit-learn."""

from __future__ import annotations

from array import array
from functools import cached_property
from math import isfinite, nan

from serin.domain.errors import ModelFailed, Unavailable
from serin.serving.compiled.reading import NULL, UNKNOWN, Sizes, opened
from serin.serving.rows import Rows, columns_of, pick

# From `typing` itself it would cost a start of `predict` more than the rest of this file; so do dataclasses.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from serin.domain.charter import Score
    from serin.domain.compilation import Runtime
    from serin.domain.features import Value
    from serin.serving.compiled.kernel import Kernel
    from serin.serving.rows import AnyRows

_TEXTS = frozenset((str, type(None)))
_REFUSED = {1: "holds an infinity, a null or a number too large for the model", 2: "has a category it never saw"}


class Matrix:
    """Inputs as numbers: value (row, input) lies at `values[row * of_row + input * of_input]`."""

    __slots__ = ("of_input", "of_row", "rows", "values")

    def __init__(self, values: array[float], rows: int, of_row: int, of_input: int) -> None:
        self.values, self.rows, self.of_row, self.of_input = values, rows, of_row, of_input


class CompiledModel:
    """A file that the kernel accepted, ready to score."""

    runtime: Runtime = "compiled"

    def __init__(self, content: bytes, kernel: Kernel) -> None:
        self._kernel = kernel
        self._file = kernel.opened(content)
        self._at = self._file.buffer_info()[0]
        self._sizes = Sizes(content)
        self.about = opened(content, self._sizes)
        self._names = tuple(column.name for column in self.about.columns)
        self._pick = pick(self._names)
        self._codes = [None if of.kind == "numeric" else _codes_of(of.categories) for of in self.about.columns]
        self._coded = [(place, codes) for place, codes in enumerate(self._codes) if codes is not None]
        self._means: dict[int, array[float]] = {}

    @property
    def outputs(self) -> int:
        """How many scores a row has."""
        return int(self._sizes.outputs)

    def score(self, rows: AnyRows) -> list[Score]:
        """A score for each row, as `serin.serving.model.ServedModel.score` gives it.

        Raises Invalid for a value of the wrong kind, and ValueError for a row that the pipeline itself refuses.
        """
        names, count = self._names, len(rows)
        if count != 1:
            return self._listed(self.scores_of(Matrix(self._filled(columns_of(rows, names)), count, 1, count)))
        values = [rows.columns[name][0] for name in names] if isinstance(rows, Rows) else list(self._pick(rows[0]))
        return self._listed(self.scores_of(Matrix(self._row(values), 1, len(names), 1)))

    def _row(self, values: Sequence[Any]) -> array[float]:
        """One row as the kernel reads it; raises Invalid for a value of the wrong kind."""
        filled = list(values)
        for place, codes in self._coded:
            # No number stands for a category that is new, so that it is looked at by itself.
            filled[place] = codes.get(values[place], "")
        try:
            return array("d", filled)
        except TypeError:
            return self._filled([(value,) for value in values])

    def _filled(self, columns: Sequence[Sequence[Any]]) -> array[float]:
        """Columns as the kernel reads them, one after the other; raises Invalid for a value of the wrong kind."""
        numbers = array("d")
        for name, codes, column in zip(self._names, self._codes, columns, strict=True):
            if codes is not None:
                are_texts = _TEXTS.issuperset(map(type, column))
                numbers.fromlist(list(map(codes.__getitem__, column)) if are_texts else _texts(name, codes, column))
                continue
            try:
                numbers.fromlist([nan if value is None else value for value in column])
            except TypeError:
                numbers.fromlist(_numbers(name, column))
        return numbers

    def columns(self, columns: Sequence[Any]) -> Matrix:
        """Whole columns, in the model's order, as the kernel reads them.

        Numbers are a buffer of float64, a null NaN; texts are a sequence, a null None or NaN.
        """
        values = array("d")
        for column, codes in zip(columns, self._codes, strict=True):
            if codes is None:
                values.frombytes(memoryview(column).cast("B"))
            else:
                values.fromlist(list(map(codes.__getitem__, column)))
        rows = len(columns[0])
        return Matrix(values, rows, 1, rows)

    @cached_property
    def _read(self) -> frozenset[int]:
        # Not loaded by whoever asks by rows: a process starts sooner.
        from serin.serving.compiled.layout import inputs_read

        return inputs_read(memoryview(self._file).cast("B"))

    def scores_of(self, matrix: Matrix) -> array[float]:
        """The scores of all rows, one row after the other; raises ValueError for a row that the pipeline refuses."""
        scores = array("d", bytes(8 * matrix.rows * self._sizes.outputs))
        refused = self.refusals(matrix, scores)
        if matrix.rows and (why := max(refused)):
            reason = _REFUSED[why & -why]
            raise ValueError(f"row {refused.index(why)} cannot be scored: it {reason}")
        return scores

    def refusals(self, matrix: Matrix, scores: array[float] | None, leaves: array[int] | None = None) -> array[int]:
        """Score into `scores`, and say of each row whether it was refused; `leaves` takes every tree's leaf."""
        room, refused = self._kernel.room(self._file, matrix.rows), array("B", bytes(matrix.rows))
        self._kernel.score(
            self._at,
            matrix.values.buffer_info()[0],
            matrix.of_row,
            matrix.of_input,
            matrix.rows,
            room.buffer_info()[0],
            None if scores is None else scores.buffer_info()[0],
            refused.buffer_info()[0],
            None if leaves is None else leaves.buffer_info()[0],
        )
        return refused

    def leaves(self, matrix: Matrix) -> array[int]:
        """The number of the leaf of every tree, one row after the other."""
        leaves = array("i", bytes(4 * matrix.rows * self._sizes.trees))
        self.refusals(matrix, None, leaves)
        return leaves

    def slots_of(self, row: Mapping[str, Value]) -> array[float]:
        """All that the kernel makes of one row; raises ValueError for a row that is refused."""
        values = self._row(self._pick(row))
        room, refused = self._kernel.room(self._file, 1), array("B", b"\0")
        inputs, slots, reasons = (part.buffer_info()[0] for part in (values, room, refused))
        self._kernel.score(self._at, inputs, 0, 1, 1, slots, None, reasons, None)
        if refused[0]:
            raise ValueError(f"the row cannot be explained: it {_REFUSED[refused[0] & -refused[0]]}")
        return room

    def added(self, slots: array[float], slot: int, *, by_the_way: bool) -> array[float]:
        """What each of a row's slots adds to the sum in one of them; `by_the_way` what each split on its way adds.

        Raises Unavailable where that slot is no sum of trees and no line.
        """
        added = array("d", bytes(8 * self._sizes.slots))
        means = self._means_of(slot).buffer_info()[0] if by_the_way else None
        if self._kernel.explain(self._at, slots.buffer_info()[0], slot, means, added.buffer_info()[0]):
            raise Unavailable("This model's scores cannot be told apart by columns.", "Ask for the prediction alone.")
        return added

    def _means_of(self, slot: int) -> array[float]:
        """Of each node the mean of what it has learnt from, worked out once."""
        if slot not in self._means:
            means = array("d", bytes(8 * self._sizes.nodes))
            self._kernel.means(self._at, slot, means.buffer_info()[0])
            self._means[slot] = means
        return self._means[slot]

    def _listed(self, scores: array[float]) -> list[Score]:
        if not all(map(isfinite, scores)):
            cause = "its score is no finite number"
            raise ModelFailed(f"{cause}.", "Tell the model's owner: its pipeline has to answer it.", cause=cause)
        if self.about.task != "multiclass":
            return list(scores)
        width = self._sizes.outputs
        return [list(scores[at : at + width]) for at in range(0, len(scores), width)]


def _numbers(name: str, column: Sequence[Any]) -> list[float]:
    """A column with moments; raises Invalid for what is no number."""
    from serin.serving.table import number_of

    return [number_of(name, value) for value in column]


def _texts(name: str, codes: _Codes, column: Sequence[Any]) -> list[float]:
    """The codes of a column with something else than texts; raises Invalid for what is none."""
    from serin.serving.table import text_of

    return [codes[text_of(name, value)] for value in column]


class _Codes(dict[object, float]):
    """The code of a text; a null may be None or NaN, as pandas has it."""

    def __missing__(self, value: object) -> float:
        return NULL if value != value else UNKNOWN  # noqa: PLR0124 only NaN differs from itself


def _codes_of(categories: Sequence[str]) -> _Codes:
    codes = _Codes(zip(categories, map(float, range(len(categories))), strict=True))
    codes[None] = NULL
    return codes
