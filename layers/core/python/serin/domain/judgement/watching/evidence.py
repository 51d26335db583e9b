"""What the windows of a feature show, as their judge reads it; made from rows by `serin.data.watching`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

Statistic = Literal["location", "shape", "mix", "missing", "new"]
"""`location`: how likely a value of the window is above one of the reference, less ½. `shape`: the Wasserstein distance
in standard deviations of the reference. `mix`: the Jensen-Shannon distance of categories. `missing`: the share of rows
without a value. `new`: the share of values that the reference does not have."""
Kind = Literal["number", "category"]


@dataclass(frozen=True)
class Reference:
    """One statistic of each window of the reference, oldest first, each against the rest of the reference.

    `rows` are those of a typical window. `noise` is what sampling alone brings into a window of one row: a
    variance for `location`, of which n rows have 1/n, a distance for `shape` and `mix`, of which they have 1/√n; of
    shares it follows from the share.
    """

    statistic: Statistic
    windows: tuple[float, ...]
    rows: float
    noise: float = 0.0


@dataclass(frozen=True)
class Detectable:
    """The least change that two windows in a row would show 95 times in 100; None where none would.

    `shift` is in standard deviations of the reference, `missing` and `new` are shares of rows.
    """

    shift: float | None = None
    missing: float | None = None
    new: float | None = None


@dataclass(frozen=True)
class FeatureReference:
    """A feature in the reference.

    `error` is how far its grid may put the Wasserstein distance off, or of a category the Jensen-Shannon distance.

    `detectable` is what limits of `Baseline.chance` can show.
    """

    feature: str
    kind: Kind
    rows: int
    statistics: tuple[Reference, ...] = ()
    missing: float = 0.0
    minimum: float | None = None
    maximum: float | None = None
    error: float = 0.0
    detectable: Detectable | None = None


@dataclass(frozen=True)
class Baseline:
    """What a window is held against: `windows` windows with rows from `begin` to `end`.

    `chance` is how likely each statistic may raise a false alarm at the end of a window.
    """

    begin: datetime
    end: datetime
    windows: int
    chance: float
    features: tuple[FeatureReference, ...]

    def without_values(self, hidden: Collection[str]) -> Baseline:
        """The same with no single value of these features, which nobody may be shown."""
        features = tuple(
            replace(of, minimum=None, maximum=None) if of.feature in hidden else of for of in self.features
        )
        return replace(self, features=features)


@dataclass(frozen=True)
class FeatureWindow:
    """A feature in one window. `statistics` are those the rows can show; `unseen` are some of the new categories.

    `wasserstein` and `jensen_shannon` are as Evidently has them, for people; `error` as in the reference.
    """

    feature: str
    rows: int
    missing: int
    statistics: Mapping[Statistic, float] = field(default_factory=dict)
    wasserstein: float | None = None
    jensen_shannon: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    unseen: tuple[str, ...] = ()
    error: float = 0.0


@dataclass(frozen=True)
class Window:
    """All features between two moments; `rows` of them."""

    begin: datetime
    end: datetime
    rows: int
    features: tuple[FeatureWindow, ...]

    def without_values(self, hidden: Collection[str]) -> Window:
        """The window with no single value of these features, which nobody may be shown; what they add up to stays."""
        features = tuple(
            replace(of, minimum=None, maximum=None, unseen=()) if of.feature in hidden else of for of in self.features
        )
        return replace(self, features=features)
