"""A compiled model in memory: rows in, scores out, with neither numpy nor scikit-learn."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

from serin.domain.charter import Score
from serin.domain.compilation import Runtime
from serin.domain.errors import ModelFailed, Unavailable
from serin.domain.features import Value
from serin.serving.compiled.kernel import Kernel
from serin.serving.compiled.layout import NULL, UNKNOWN, Column, description_of, inputs_read, sizes_of
from serin.serving.table import number_of, text_of

_REFUSED = {1: "holds an infinity, a null or a number too large for the model", 2: "has a category it never saw"}


@dataclass(frozen=True, eq=False)
class Matrix:
    """Inputs as numbers: value (row, input) lies at `values[row * of_row + input * of_input]`."""

    values: array[float]
    rows: int
    of_row: int
    of_input: int


class CompiledModel:
    """A file that the kernel accepted, ready to score."""

    runtime: Runtime = "compiled"

    def __init__(self, content: bytes, kernel: Kernel) -> None:
        self._kernel = kernel
        self._file = kernel.opened(content)
        self._at = self._file.buffer_info()[0]
        self.about = description_of(content)
        self._sizes = sizes_of(content)
        self._codes = [None if column.kind == "numeric" else _codes_of(column) for column in self.about.columns]
        self._inputs = [(column.name, _reader(column)) for column in self.about.columns]
        self._means: dict[int, array[float]] = {}

    @property
    def outputs(self) -> int:
        """How many scores a row has."""
        return int(self._sizes.outputs)

    def score(self, rows: Sequence[Mapping[str, Value]]) -> list[Score]:
        """A score for each row, as `serin.serving.model.ServedModel.score` gives it.

        Raises Invalid for a value of the wrong kind, and ValueError for a row that the pipeline itself refuses.
        """
        values = array("d", [read(row[name]) for row in rows for name, read in self._inputs])
        return self._listed(self.scores_of(Matrix(values, len(rows), len(self._inputs), 1)))

    def columns(self, columns: Sequence[Any]) -> Matrix:
        """Whole columns, in the model's order, as the kernel reads them; those that it does not read are left out.

        Numbers are a buffer of float64, a null NaN; texts are a sequence, a null None or NaN.
        """
        rows, values = len(columns[0]), array("d")
        for place, (column, codes) in enumerate(zip(columns, self._codes, strict=True)):
            if place not in self._read:
                values.frombytes(bytes(8 * rows))
            elif codes is None:
                values.frombytes(memoryview(column).cast("B"))
            else:
                values.fromlist(list(map(codes.__getitem__, column)))
        return Matrix(values, rows, 1, rows)

    @cached_property
    def _read(self) -> frozenset[int]:
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
        values = array("d", [read(row[name]) for name, read in self._inputs])
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


class _Codes(dict[Any, float]):
    """The code of a text; a null may be None or NaN, as pandas has it."""

    def __missing__(self, value: Any) -> float:
        return NULL if value != value else UNKNOWN  # noqa: PLR0124 only NaN differs from itself


def _codes_of(column: Column) -> _Codes:
    codes = _Codes((name, float(code)) for code, name in enumerate(column.categories))
    codes[None] = NULL
    return codes


def _reader(column: Column) -> Callable[[Value], float]:
    if column.kind == "numeric":
        return lambda value: value if type(value) is float else number_of(column.name, value)
    codes = _codes_of(column)

    def read(value: Value) -> float:
        known = codes.get(value)
        return known if known is not None else _unknown(column.name, value)

    return read


def _unknown(name: str, value: Value) -> float:
    text_of(name, value)
    return UNKNOWN
