"""How scores came to be, as a compiled file says it: the sums that can be told apart by features."""

from __future__ import annotations

from dataclasses import dataclass

from serin.domain.explainability import Method

STEPS_OF_A_REQUEST = 600_000_000
"""Steps of the kernel that one request may take to be explained: two or three seconds of a whole processor."""


@dataclass(frozen=True)
class Part:
    """A sum in a margin: `slot` is where it is, `weight` what it counts by, `base` what it is where nothing is known.

    `centres` are what each of the margins' slots adds to a line on average, which is in `base`; none of trees.
    """

    slot: int
    weight: float
    base: float
    centres: tuple[float, ...] = ()


@dataclass(frozen=True)
class Margins:
    """What scores are made of, before a link or a calibration bends it: one margin, of a multiclass task one a class.

    `outputs` are the parts of each, `classes` the places of their classes, none where there is one margin. `slots` are
    the features that add to it, `columns` the place of the column that each came from. `explains` says what a margin
    is, `steps` about how many the kernel takes for a row.
    """

    method: Method
    explains: str
    outputs: tuple[tuple[Part, ...], ...]
    classes: tuple[int, ...]
    slots: tuple[int, ...]
    columns: tuple[int, ...]
    steps: int = 0

    @property
    def most_rows(self) -> int:
        """How many rows one request may ask to be explained."""
        return max(1, STEPS_OF_A_REQUEST // max(self.steps, 1))

    def fits(self, inputs: int, slots: int, classes: int) -> bool:
        """Whether it names nothing that a file of so many inputs, slots and classes has not."""
        parts = [part for output in self.outputs for part in output]
        return (
            len(self.slots) == len(self.columns)
            and len(self.outputs) == max(len(self.classes), 1)
            and all(len(part.centres) in (0, len(self.slots)) for part in parts)
            and _are_below(slots, [*self.slots, *(part.slot for part in parts)])
            and _are_below(inputs, self.columns)
            and _are_below(classes, self.classes)
        )


def _are_below(end: int, places: tuple[int, ...] | list[int]) -> bool:
    return all(0 <= place < end for place in places)
