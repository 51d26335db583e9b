"""The file of a compiled model, version 2: little-endian, every part padded to a multiple of 8 bytes.

    header    magic, version; inputs, slots, outputs; how many ints, doubles, nodes, bytes of text, and trees
    ints      int32: the operations one after the other, then 256 bits for each split by categories
    doubles   float64: constants, tables, coefficients, leaf values
    nodes     of trees, 16 bytes each: threshold float64; slot << 3 | leaf 4 | category 2 | null left 1; next
    text      JSON in UTF-8: what the inputs are (`Description`)

An operation is its code, how many slots it reads, how many it writes and how many parameters it has, all int32, then
the slots it reads and its parameters. What it writes are the next slots, so an operation reads only what is written
before it, and one list is evaluated from its front to its end. layers/kernel/kernel.c says what each does; its
`serin_check` accepts no file in which a number leads out of it.

A change of meaning is another version: a kernel refuses every version but its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import IntEnum

from serin.domain.charter import Scalar, Task
from serin.domain.records import as_record
from serin.serving.compiled.margins import Margins
from serin.serving.compiled.reading import HEADER, outputs_of
from serin.serving.manifest import ColumnKind

MAGIC = b"SERINMDL"
VERSION = 2


class Operation(IntEnum):
    """What an operation does with the slots it reads; its parameters in brackets, `@` is a place among the doubles."""

    NUMBER = 1  # an input as it is [input]
    CODE = 2  # the code of an input's category [input, categories]
    CODED = 3  # the code of a number among sorted ones [@values, count]
    TABLE = 4  # what a code stands for: null, unknown, 0, 1, …; infinity refuses the row [@values, count]
    FILL = 5  # a value in place of the missing one [@missing, value]
    MISSING = 6  # 1 for the missing value, 0 for others [@missing]
    SCALED = 7  # (x - a) / b [@a, b]
    SPREAD = 8  # x * a + b [@a, b]
    CLIP = 9  # between two values [@low, high]
    FINITE = 10  # as it is; an infinity refuses the row, and NaN unless [1]
    SINGLE = 11  # rounded to float32, then as FINITE [1 where NaN may pass]
    LINEAR = 12  # the sum of x * weight, and an intercept [@weights, intercept]
    TREES = (
        13  # the sum, or mean, of leaves [mean, width, @values, leaves, @start, node, nodes, @covers, (root, output)…]
    )
    EXPIT = 14
    EXP = 15
    SOFTMAX = 16
    REST = 17  # 1 - x
    SHARE = 18  # x / sum; equal shares of nothing
    BENT = 19  # straight lines between points [@xs then ys, count]
    MEAN = 20
    CAPPED = 21  # what is above 1 by a rounding error is 1
    CONSTANT = 22  # [@value]
    ANSWER = 23  # the slots that are the outputs; the end


@dataclass(frozen=True)
class Column:
    """An input: a number, or a text with its categories in the order of their codes."""

    name: str
    kind: ColumnKind
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Description:
    """What is said of a compiled model beside its numbers; `made_with` is the version of scikit-learn.

    `margins` are those of a model whose scores can be explained; `unexplained` says why they cannot.
    """

    task: Task
    columns: tuple[Column, ...]
    classes: tuple[Scalar, ...]
    made_with: str
    margins: Margins | None = None
    unexplained: str | None = None


@dataclass(frozen=True)
class Parts:
    """The parts of a file, each as its bytes, without padding."""

    slots: int
    trees: int
    ints: bytes
    doubles: bytes
    nodes: bytes
    description: Description


def packed(parts: Parts) -> bytes:
    """The file."""
    about = parts.description
    text = json.dumps(as_record(about), ensure_ascii=False).encode()
    header = HEADER.pack(
        MAGIC,
        VERSION,
        len(about.columns),
        parts.slots,
        outputs_of(about.task, about.classes),
        len(parts.ints) // 4,
        len(parts.doubles) // 8,
        len(parts.nodes) // 16,
        len(text),
        parts.trees,
    )
    return header + b"".join(part + bytes(-len(part) % 8) for part in (parts.ints, parts.doubles, parts.nodes, text))


def inputs_read(content: memoryview) -> frozenset[int]:
    """The places of the inputs that any operation reads, of a file that the kernel accepted."""
    count = HEADER.unpack_from(content)[5]
    ints = content[HEADER.size : HEADER.size + 4 * count].cast("i")
    places, at = set(), 0
    while ints[at] != Operation.ANSWER:
        if ints[at] in (Operation.NUMBER, Operation.CODE):
            places.add(ints[at + 4])
        at += 4 + ints[at + 1] + ints[at + 3]
    return frozenset(places)
