"""Segments: which files hold a dataset's rows, when what many uploads brought has been joined into few files.

An upload's own part stays for ever: it is what the head's digest, lineage and marks of copies follow from. Segments are
a second, shorter way to read the same rows in the same order, so that a long history is some files and not thousands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from serin.domain.datasets import Part

Range = tuple[int, ...]
"""The least and the greatest value of a column, and how many nulls it has; a column of nulls has a least above."""


@dataclass(frozen=True)
class Segment:
    """The rows of the uploads `first` to `last` of a dataset, as one immutable file in the order they were accepted.

    One upload's segment is its part; then `copies` is the file of its marks. In a joined one each row names its upload
    and is marked, and `schema` names the columns that the file has. `memory` is in bytes; `ranges` are of columns of
    times and whole numbers, and a column that is not among them may hold anything.
    """

    first: int
    last: int
    key: str
    rows: int
    memory: int
    copies: str | None = None
    schema: str | None = None
    ranges: Mapping[str, Range] = field(default_factory=dict)

    @property
    def is_part(self) -> bool:
        """Whether it is one upload's own file."""
        return self.first == self.last

    def may_lie_within(self, column: str, least: int, greatest: int) -> bool:
        """Whether some value of the column may lie between these, both included; nulls lie nowhere."""
        span = self.ranges.get(column)
        return span is None or (span[0] <= greatest and least <= span[1])


@dataclass(frozen=True)
class Layout:
    """The segments of a dataset's first uploads, without gaps; `revision` grows with every change."""

    dataset: str
    segments: tuple[Segment, ...] = ()
    revision: int = 0

    @property
    def upto(self) -> int:
        """The last upload that is in a segment."""
        return self.segments[-1].last if self.segments else 0

    def followed_by(self, kept: int, segments: Sequence[Segment]) -> Layout:
        """The next revision: these segments after the first `kept` ones; ValueError where they leave a gap."""
        followed = (*self.segments[:kept], *segments)
        firsts = [1, *(segment.last + 1 for segment in followed[:-1])]
        if [segment.first for segment in followed] != firsts:
            raise ValueError(f"segments of {self.dataset} leave a gap: {[(one.first, one.last) for one in followed]}")
        return replace(self, segments=followed, revision=self.revision + 1)


def segment_of(part: Part) -> Segment:
    """The part as a segment."""
    place = part.sequence
    return Segment(place, place, part.key, part.rows, part.memory, part.copies, ranges=part.ranges)
