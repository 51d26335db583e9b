"""The list of operations while it is written: slots are given out, equal work is written once, idle work never."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from serin.serving.compiled.layout import Description, Operation, Parts, packed
from serin.serving.compiled.margins import Margins

Slot = int
NODE = np.dtype([("threshold", "<f8"), ("split", "<i4"), ("next", "<i4")])
LEAF, CATEGORY, MISSING_LEFT = 4, 2, 1
Nodes = npt.NDArray[Any]
Bits = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Written:
    """An operation: what it reads, its parameters, and the slots it writes."""

    do: Operation
    reads: tuple[Slot, ...]
    given: tuple[int, ...]
    slots: tuple[Slot, ...]


class Program:
    """Operations, constants and nodes; each slot is written by one operation."""

    def __init__(self) -> None:
        self._operations: list[Written] = []
        self._doubles: list[npt.NDArray[np.float64]] = []
        self._places: dict[bytes, int] = {}
        self._blocks: dict[int, int] = {}
        self._length = 0
        self._nodes: list[Nodes] = []
        self._node_count = 0
        self._bits: list[Bits] = []
        self._known: dict[tuple[object, ...], list[Slot]] = {}
        self._written: dict[Slot, Written] = {}
        self._slots = 0
        self._trees = 0

    def add(self, do: Operation, reads: Sequence[Slot], given: Sequence[int] = (), *, writes: int = 1) -> list[Slot]:
        """The slots an operation writes; those of the same operation on the same slots, if it is there already.

        What would change and refuse nothing is not written: it is the slot that it would read.
        """
        if do in (Operation.FINITE, Operation.SINGLE) and is_idle(self, do, reads[0], nulls=bool(given[0])):
            return [reads[0]]
        key = (do, *reads, "given", *given)
        if key not in self._known:
            slots = list(range(self._slots, self._slots + writes))
            written = Written(do, tuple(reads), tuple(given), tuple(slots))
            self._known[key] = slots
            self._operations.append(written)
            self._written |= dict.fromkeys(slots, written)
            self._slots += writes
        return self._known[key]

    def written_by(self, slot: Slot) -> tuple[Operation, tuple[Slot, ...], tuple[int, ...]]:
        """The operation that writes a slot, what it reads, and its parameters."""
        by = self._written[slot]
        return by.do, by.reads, by.given

    def values(self, place: int, count: int) -> npt.NDArray[np.float64]:
        """The constants that `constants` put at a place."""
        block = self._doubles[self._blocks[place]]
        return block[:count]

    def one(self, do: Operation, slot: Slot, *values: float, more: Sequence[int] = ()) -> Slot:
        """The slot an operation on one other writes; `values` are its constants, `more` the parameters behind them."""
        place = [self.constants(values)] if values else []
        return self.add(do, [slot], [*place, *more])[0]

    def constants(self, values: Any) -> int:
        """Where these doubles lie in the file."""
        content = np.ascontiguousarray(values, dtype="<f8").ravel()
        key = content.tobytes()
        if key not in self._places:
            self._places[key] = self._length
            self._blocks[self._length] = len(self._doubles)
            self._doubles.append(content)
            self._length += len(content)
        return self._places[key]

    def bits(self, categories: Bits) -> int:
        """The number of 256 bits; a node's threshold until the file is written."""
        self._bits.append(categories)
        return len(self._bits) - 1

    @property
    def categories(self) -> Sequence[Bits]:
        """What each number that `bits` gave stands for."""
        return self._bits

    def trees(self, nodes: Nodes, trees: int) -> int:
        """Where the nodes of so many trees lie in the file."""
        self._nodes.append(nodes)
        self._node_count += len(nodes)
        self._trees += trees
        return self._node_count - len(nodes)

    def written(self, description: Description, answer: Sequence[Slot]) -> bytes:
        """The file, whose outputs are the slots of the answer: with what they, and refusals, take."""
        nodes = np.concatenate([*self._nodes, np.empty(0, NODE)])
        margins = description.margins
        kept = self._needed([*answer, *(_slots_of(margins) if margins else ())], nodes)
        places = {slot: place for place, slot in enumerate(slot for by in kept for slot in by.slots)}
        operations: list[int] = []
        for by in kept:
            operations += [by.do, len(by.reads), len(by.slots), len(by.given)]
            operations += [*(places[slot] for slot in by.reads), *by.given]
        operations += [Operation.ANSWER, len(answer), 0, 0, *(places[slot] for slot in answer)]
        _renumber(nodes, places, len(operations))
        described = replace(description, margins=_renumbered(margins, places)) if margins else description
        bits = [each.astype("<u4").tobytes() for each in self._bits]
        doubles = b"".join(each.tobytes() for each in self._doubles)
        ints = np.array(operations, dtype="<i4").tobytes() + b"".join(bits)
        return packed(Parts(len(places), self._trees, ints, doubles, nodes.tobytes(), described))

    def _needed(self, answer: Sequence[Slot], nodes: Nodes) -> list[Written]:
        """The operations that an answer takes, or that may refuse a row, in their order."""
        needed, kept = set(answer), []
        for by in reversed(self._operations):
            if by.do == Operation.TREES:
                first, count = by.given[5:7]
                some = nodes["split"][first : first + count]
                needed.update((some[some & LEAF == 0] >> 3).tolist())
            elif not (needed.intersection(by.slots) or may_refuse(self, by)):
                continue
            needed.update(by.reads)
            kept.append(by)
        return kept[::-1]


def may_refuse(program: Program, by: Written) -> bool:
    """Whether an operation says of some rows that they have no answer."""
    if by.do == Operation.TABLE:
        return bool(np.isinf(program.values(by.given[0], by.given[1])).any())
    return by.do in (Operation.FINITE, Operation.SINGLE)


def is_idle(program: Program, do: Operation, slot: Slot, *, nulls: bool) -> bool:
    """Whether FINITE or SINGLE would neither change nor refuse anything that stands in a slot of a row so far."""
    if do == Operation.SINGLE and not _is_single(program, slot):
        return False
    return _odd(program, slot) <= (_NAN if nulls else _NOTHING)


_NOTHING, _NAN, _ANY = frozenset[str](), frozenset({"nan"}), frozenset({"nan", "infinity"})


def _odd(program: Program, slot: Slot) -> frozenset[str]:
    """Which numbers that are not finite may stand in a slot of a row that is not refused already."""
    do, reads, given = program.written_by(slot)
    if do in (Operation.CODE, Operation.CODED, Operation.MISSING):
        return _NOTHING
    if do == Operation.TABLE:  # whose infinities refuse
        return _NAN if np.isnan(program.values(given[0], given[1])).any() else _NOTHING
    if do in (Operation.FINITE, Operation.SINGLE):
        return _odd(program, reads[0]) & _NAN if given[0] else _NOTHING
    if do == Operation.FILL:
        missing, value = program.values(given[0], 2).tolist()
        return _odd(program, reads[0]) - _NAN if np.isnan(missing) and np.isfinite(value) else _ANY
    return _ANY


def _is_single(program: Program, slot: Slot) -> bool:
    """Whether nothing in a slot is changed by rounding it to float32."""
    do, _, given = program.written_by(slot)
    if do == Operation.TABLE:
        values = program.values(given[0], given[1])
        with np.errstate(over="ignore"):
            return bool(np.array_equal(values, values.astype(np.float32).astype(np.float64), equal_nan=True))
    return do in (Operation.MISSING, Operation.SINGLE)


def _renumber(nodes: Nodes, places: Mapping[Slot, Slot], bits_at: int) -> None:
    """Nodes with the file's own slots, and where the bits of their categories lie in it."""
    by_category = (nodes["split"] & (CATEGORY | LEAF)) == CATEGORY
    nodes["threshold"][by_category] = bits_at + 8 * nodes["threshold"][by_category]
    splits = nodes["split"] & LEAF == 0
    moved = np.zeros(max(places, default=0) + 1, dtype=np.int32)
    moved[list(places)] = list(places.values())
    marks = nodes["split"][splits] & 7
    nodes["split"][splits] = moved[nodes["split"][splits] >> 3] << 3 | marks


def _slots_of(margins: Margins) -> list[Slot]:
    return [*margins.slots, *(part.slot for output in margins.outputs for part in output)]


def _renumbered(margins: Margins, places: Mapping[Slot, Slot]) -> Margins:
    outputs = tuple(tuple(replace(part, slot=places[part.slot]) for part in output) for output in margins.outputs)
    return replace(margins, slots=tuple(places[slot] for slot in margins.slots), outputs=outputs)
