"""Where a feature comes from: the input behind a slot, and the way back from the slot's value to the input's."""

from __future__ import annotations

from dataclasses import dataclass

from serin.learning.compiling.program import Program, Slot
from serin.serving.compiled.layout import Operation

_UNCHANGED = (Operation.FINITE, Operation.FILL, Operation.SINGLE, Operation.CLIP)


@dataclass(frozen=True)
class Origin:
    """An input, and what was done with it: value = input * scale + shift, but for rounding."""

    place: int
    scale: float = 1.0
    shift: float = 0.0
    is_single: bool = False

    @property
    def is_scaled(self) -> bool:
        """Whether an input and its value differ by more than rounding."""
        return (self.scale, self.shift) != (1.0, 0.0)

    def input_at(self, value: float) -> float:
        """The input that becomes about this value; exactly this where nothing is scaled."""
        return (value - self.shift) / self.scale if self.is_scaled else value


def origin_of(slot: Slot, program: Program) -> Origin | None:
    """The number behind a slot; None for what is made of a category, of a null, or of a number that is lost in it."""
    operation, reads, given = program.written_by(slot)
    if operation == Operation.NUMBER:
        return Origin(given[0])
    before = origin_of(reads[0], program) if operation in (*_UNCHANGED, Operation.SCALED, Operation.SPREAD) else None
    if before is None:
        return None
    if operation in _UNCHANGED:
        return Origin(before.place, before.scale, before.shift, before.is_single or operation == Operation.SINGLE)
    a, b = program.values(given[0], 2).tolist()
    if operation == Operation.SCALED:
        scaled = Origin(before.place, before.scale / b, (before.shift - a) / b)
    else:
        scaled = Origin(before.place, before.scale * a, before.shift * a + b)
    # Weighed by nothing, or scaled so often that it is nothing: there is no way back.
    return scaled if scaled.scale else None
