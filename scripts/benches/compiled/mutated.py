"""Model files with some of their bytes changed: each is refused, or scores rows without leaving its memory."""

from __future__ import annotations

import random
import struct
from array import array
from collections.abc import Mapping
from contextlib import suppress

from serin.domain.errors import Corrupt, Unavailable
from serin.serving.compiled.explaining import explained
from serin.serving.compiled.kernel import Kernel
from serin.serving.compiled.model import CompiledModel, Matrix

_INTERESTING = (0, 1, 2, 3, 4, 8, 0x7F, 0x80, 0xFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFFE)


def mutated(content: bytes, choose: random.Random) -> bytes:
    """The file with a few bytes, or whole numbers, changed; now and then cut, or longer."""
    changed = bytearray(content)
    for _ in range(choose.choice([1, 1, 1, 2, 4, 16])):
        if choose.random() < 0.5:
            changed[choose.randrange(len(changed))] = choose.randrange(256)
        else:
            # The first ones count: there the sizes and the operations are.
            place = choose.randrange(choose.choice([64, 600, 600, 600, len(changed)]) // 4) * 4
            if place + 4 <= len(changed):
                (before,) = struct.unpack_from("<I", changed, place)
                struct.pack_into("<I", changed, place, _interesting(choose, len(content), before))
    if choose.random() < 0.05:
        del changed[choose.randrange(len(changed)) :]
    if choose.random() < 0.02:
        changed += bytes(choose.randrange(1, 64))
    return bytes(changed)


def _interesting(choose: random.Random, size: int, before: int) -> int:
    """A number at some end, any at all, or, as often, one beside what stood there: the first that is out."""
    if choose.random() < 0.5:
        return (before + choose.choice([-8, -2, -1, 1, 2, 8, size // 8])) % 2**32
    return choose.choice([*_INTERESTING, choose.randrange(size), choose.randrange(2**32)])


def outcome(content: bytes, kernel: Kernel, rows: int = 3) -> str:
    """What became of a file: `refused`, or `scored`; a crash ends the process."""
    try:
        model = CompiledModel(content, kernel)
    except Corrupt:
        return "refused"
    width = len(model.about.columns)
    values = array("d", [(number * 37 % 11) - 3.0 for number in range(rows * width)])
    matrix = Matrix(values, rows, width, 1)
    model.leaves(matrix)
    with suppress(Unavailable, ValueError):
        explained(model, {column.name: None for column in model.about.columns})
    try:
        model.scores_of(matrix)
    except ValueError:
        return "scored"
    return "scored"


def mutations(files: Mapping[str, bytes], count: int, seed: int, kernel: Kernel) -> dict[str, int]:
    """How many of so many changed files were refused and how many scored."""
    choose = random.Random(seed)
    counts = {"refused": 0, "scored": 0}
    names = sorted(files)
    for _ in range(count):
        counts[outcome(mutated(files[choose.choice(names)], choose), kernel)] += 1
    return counts
