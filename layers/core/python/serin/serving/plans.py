"""How the rows that a model is asked are made of a request: by its inputs alone, or with what is looked up too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from serin.serving.rows import Rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Protocol

    from serin.domain.buckets import OnlineItem
    from serin.domain.errors import ModelFailed
    from serin.domain.features import EntityKey, Value
    from serin.domain.fields import Field

    class Question(Protocol):
        """A request's rows at its moment: `keys` are those of every online item they need, each once."""

        @property
        def keys(self) -> Sequence[EntityKey]: ...

        def features(self, online: Mapping[EntityKey, OnlineItem]) -> FeatureRows:
            """The rows that the model is asked, with those of the items that there are."""

    class Plan(Protocol):
        """What rows are made by: `InputsPlan`, or `serin.serving.features.FeaturePlan` where views are looked up."""

        def ask(self, instances: Rows, now: datetime) -> Question:
            """The question that these instances are at `now`."""


class Marks:
    """The views that had nothing for a row, nothing fresh enough, or too much to count."""

    __slots__ = ("missing", "stale", "too_busy")

    def __init__(
        self, missing: tuple[str, ...] = (), stale: tuple[str, ...] = (), too_busy: tuple[str, ...] = ()
    ) -> None:
        self.missing, self.stale, self.too_busy = missing, stale, too_busy


UNMARKED = Marks()


class FeatureRow:
    """One row by feature column, and the views that had nothing for it, nothing fresh enough, or too much to count."""

    __slots__ = ("missing", "stale", "too_busy", "values")

    def __init__(self, values: Mapping[str, Value], marks: Marks = UNMARKED) -> None:
        self.values = values
        self.missing, self.stale, self.too_busy = marks.missing, marks.stale, marks.too_busy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FeatureRow) and self._all == other._all

    __hash__ = None  # type: ignore[assignment] # as of any mapping that may still be written to

    @property
    def _all(self) -> tuple[object, ...]:
        return dict(self.values), self.missing, self.stale, self.too_busy


class FeatureRows:
    """The rows that a model is asked.

    `marks` are of the rows, by number, that have any; `errors` say why a row cannot be asked: its values mean nothing.
    """

    __slots__ = ("errors", "marks", "values")

    def __init__(
        self, values: Rows, marks: Mapping[int, Marks] | None = None, errors: Mapping[int, ModelFailed] | None = None
    ) -> None:
        self.values, self.marks, self.errors = values, marks or {}, errors or {}

    def row(self, number: int) -> FeatureRow:
        """One of them; raises ModelFailed for one that cannot be asked."""
        if (error := self.errors.get(number)) is not None:
            raise error
        return FeatureRow(self.values[number], self.marks.get(number, UNMARKED))


class InputsPlan:
    """The rows of a model that is asked its inputs and nothing else, as many a model is: `uses` are their names."""

    def __init__(self, inputs: Sequence[Field], uses: Sequence[str]) -> None:
        self._uses = tuple(uses)
        self._is_all = self._uses == tuple(item.name for item in inputs)

    def ask(self, instances: Rows, _: datetime) -> Inputs:
        """The instances' own inputs, whenever they are asked."""
        if self._is_all:
            # They are in their order.
            return Inputs(instances)
        return Inputs(Rows({name: instances.columns[name] for name in self._uses}, instances.count))


class Inputs:
    """A question for which nothing is looked up."""

    keys: Sequence[EntityKey] = ()

    def __init__(self, values: Rows) -> None:
        self._values = values

    def features(self, _: Mapping[EntityKey, OnlineItem]) -> FeatureRows:
        """The rows as they are."""
        return FeatureRows(self._values)
