"""What is counted in a file's rows: whatever the rows are looked at together with, the sums are the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

Moments = Mapping[str, datetime]


@dataclass(frozen=True)
class Tally:
    """Of some rows of a file: all of them, those of a wrong width (`ragged`), those accepted, and by a rule's id:

    `broken`, the rows that break an error; `warned`, the accepted rows that break a warning; `of_file`, the whole rows
    that break what a rule about the file counts. `newest` is the latest moment of an accepted
    row in a column that is there to be fresh.
    """

    rows: int
    ragged: int
    accepted: int
    broken: Mapping[str, int]
    warned: Mapping[str, int]
    of_file: Mapping[str, int]
    newest: Moments

    @property
    def whole(self) -> int:
        """The rows that have a value for each column."""
        return self.rows - self.ragged

    def __add__(self, other: Tally) -> Tally:
        """Of the rows of both."""
        return Tally(
            self.rows + other.rows,
            self.ragged + other.ragged,
            self.accepted + other.accepted,
            _sum(self.broken, other.broken),
            _sum(self.warned, other.warned),
            _sum(self.of_file, other.of_file),
            _later(self.newest, other.newest),
        )


def _sum(left: Mapping[str, int], right: Mapping[str, int]) -> Mapping[str, int]:
    return {name: left[name] + right[name] for name in left}


def _later(left: Moments, right: Moments) -> Moments:
    return {name: max(moments[name] for moments in (left, right) if name in moments) for name in {**left, **right}}
