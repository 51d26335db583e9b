"""The list of operations while it is written: slots are given out, equal work is written once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from serin.serving.compiled.layout import Description, Operation, Parts, packed

Slot = int
NODE = np.dtype([("threshold", "<f8"), ("split", "<i4"), ("next", "<i4")])
LEAF, CATEGORY, MISSING_LEFT = 4, 2, 1
Nodes = npt.NDArray[Any]
Bits = npt.NDArray[np.uint32]


class Program:
    """Operations, constants and nodes; each slot is written by one operation."""

    def __init__(self) -> None:
        self._operations: list[int] = []
        self._doubles: list[npt.NDArray[np.float64]] = []
        self._places: dict[bytes, int] = {}
        self._blocks: dict[int, int] = {}
        self._length = 0
        self._nodes: list[Nodes] = []
        self._node_count = 0
        self._bits: list[Bits] = []
        self._known: dict[tuple[object, ...], list[Slot]] = {}
        self._written: dict[Slot, tuple[Operation, tuple[Slot, ...], tuple[int, ...]]] = {}
        self._slots = 0
        self._trees = 0

    def add(self, do: Operation, reads: Sequence[Slot], given: Sequence[int] = (), *, writes: int = 1) -> list[Slot]:
        """The slots an operation writes; those of the same operation on the same slots, if it is there already."""
        key = (do, *reads, "given", *given)
        if key not in self._known:
            self._operations += [do, len(reads), writes, len(given), *reads, *given]
            self._known[key] = list(range(self._slots, self._slots + writes))
            self._written |= dict.fromkeys(self._known[key], (do, tuple(reads), tuple(given)))
            self._slots += writes
        return self._known[key]

    def written_by(self, slot: Slot) -> tuple[Operation, tuple[Slot, ...], tuple[int, ...]]:
        """The operation that writes a slot, what it reads, and its parameters."""
        return self._written[slot]

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
        """The file, whose outputs are the slots of the answer."""
        operations = [*self._operations, Operation.ANSWER, len(answer), 0, 0, *answer]
        nodes = np.concatenate([*self._nodes, np.empty(0, NODE)])
        by_category = (nodes["split"] & (CATEGORY | LEAF)) == CATEGORY
        nodes["threshold"][by_category] = len(operations) + 8 * nodes["threshold"][by_category]
        bits = [each.astype("<u4").tobytes() for each in self._bits]
        doubles = b"".join(each.tobytes() for each in self._doubles)
        ints = np.array(operations, dtype="<i4").tobytes() + b"".join(bits)
        return packed(Parts(self._slots, self._trees, ints, doubles, nodes.tobytes(), description))
