"""What a dataset looks like: its columns' distributions, what is missing, and what goes with the label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from serin.domain.charter import Task
from serin.domain.contracts import Classification
from serin.domain.growth import SMALL, has_outgrown

Flag = Literal["label", "suspect", "all_missing", "mostly_missing", "constant", "almost_unique", "afterwards"]
Period = Literal["hour", "day", "month", "year", "decade", "century"]

FOLDER = "profiles"
"""Where profiles lie among the reports, beside a folder for each model's: no model may be called so."""


@dataclass(frozen=True)
class Counted:
    """A value, as text, and the rows that have it."""

    value: str
    rows: int


@dataclass(frozen=True)
class Histogram:
    """`counts[i]` rows lie from `edges[i]` up to `edges[i + 1]`, the last bin with its end; the others outside."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    below: int = 0
    above: int = 0


@dataclass(frozen=True)
class Numbers:
    """The finite values of a column; `quantiles` by their share, such as `0.5`, each a value that is there.

    Mean and standard deviation are None where there is none: of values whose sum is too great, of one value.
    """

    minimum: float
    maximum: float
    mean: float | None
    deviation: float | None
    quantiles: Mapping[str, float]
    histogram: Histogram | None = None


@dataclass(frozen=True)
class Times:
    """The first and the last moment, and the rows of each `unit` of the calendar (UTC) in between, 0 included."""

    first: str
    last: str
    unit: Period
    periods: tuple[Counted, ...] = ()


@dataclass(frozen=True)
class Association:
    """How much a column says about the label by itself, over the `rows` that have a label.

    `strength` is 0 for nothing and 1 for everything (`serin.data.looks.associations`). Of values that have an order
    also `auc`, how well they order the rows of two classes (0.5: not at all), or `rank_correlation` with a number (-1
    to 1).
    """

    strength: float
    rows: int
    auc: float | None = None
    rank_correlation: float | None = None


@dataclass(frozen=True)
class ColumnProfile:
    """One column; `distinct` counts values, missing ones aside, and is None for a type that has no equality.

    `top` are all values of an integer with few, in their order, else the most frequent ones. Where the
    contract's classification forbids it there is no value anywhere.
    """

    name: str
    type: str
    missing: int
    distinct: int | None = None
    flags: tuple[Flag, ...] = ()
    derived: bool = False
    description: str | None = None
    classification: Classification | None = None
    numbers: Numbers | None = None
    times: Times | None = None
    top: tuple[Counted, ...] = ()
    examples: tuple[str, ...] = ()
    association: Association | None = None


@dataclass(frozen=True)
class Profile:
    """A table: `rows` were looked at, of `of_rows` there are.

    Of a wide table only the first `detailed` columns have distributions and examples. `examples` are whole
    rows, a value by column. `notes` are sentences about what could not be made.
    """

    dataset: str
    rows: int
    of_rows: int
    columns: tuple[ColumnProfile, ...]
    detailed: int
    examples: tuple[Mapping[str, str | None], ...] = ()
    label: str | None = None
    task: Task | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProfileMade:
    """A profile in the lake: `id` names what it was made of, `sequence` grows with the data; `key` is where it lies.

    `reading` names how the data was read, by which charter, contract and code; `rows` are those of the datasets read.
    """

    model: str
    dataset: str
    id: str
    key: str
    sequence: int
    at: datetime
    reading: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)

    def tells_of(self, reading: str, rows: Mapping[str, int]) -> bool:
        """Whether it still tells of datasets that have so many rows by now: so few have come that it would not change.

        What is small is always told of anew.
        """
        if self.reading != reading or self.rows.keys() != rows.keys() or sum(rows.values()) < SMALL:
            return False
        return not any(has_outgrown(counted, rows[name]) for name, counted in self.rows.items())


@dataclass(frozen=True)
class ShownProfile:
    """The newest profile of a dataset, as one model reads it, and the dataset's rows by now."""

    made: ProfileMade
    rows_now: int
    profile: Profile
