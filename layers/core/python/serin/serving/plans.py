"""How the rows that a model is asked are made of a request: by its inputs alone, or with what is looked up too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Protocol

    from serin.domain.buckets import OnlineItem
    from serin.domain.features import EntityKey, Value
    from serin.domain.fields import Field
    from serin.serving.requests import Instance

    class Plan(Protocol):
        """What rows are made by: `InputsPlan`, or `serin.serving.features.FeaturePlan` where views are looked up."""

        def keys(self, instances: Sequence[Instance], now: datetime) -> list[EntityKey]:
            """Every online item the instances need."""

        def at(self, online: Mapping[EntityKey, OnlineItem], now: datetime) -> Callable[[Instance], FeatureRow]:
            """What makes an instance a row."""


class FeatureRow:
    """One row by feature column, and the views that had nothing for it, nothing fresh enough, or too much to count."""

    __slots__ = ("missing", "stale", "too_busy", "values")

    def __init__(
        self,
        values: Mapping[str, Value],
        missing: tuple[str, ...] = (),
        stale: tuple[str, ...] = (),
        too_busy: tuple[str, ...] = (),
    ) -> None:
        self.values, self.missing, self.stale, self.too_busy = values, missing, stale, too_busy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FeatureRow) and self._all == other._all

    __hash__ = None  # type: ignore[assignment] # as of any mapping that may still be written to

    @property
    def _all(self) -> tuple[object, ...]:
        return dict(self.values), self.missing, self.stale, self.too_busy


class InputsPlan:
    """The rows of a model that is asked its inputs and nothing else, as many a model is: `uses` are their names."""

    def __init__(self, inputs: Sequence[Field], uses: Sequence[str]) -> None:
        self.inputs = inputs
        self._uses = tuple(uses)
        self._is_all = self._uses == tuple(item.name for item in inputs)

    def keys(self, *_: object) -> list[EntityKey]:
        """Nothing is looked up."""
        return []

    def at(self, _: Mapping[EntityKey, OnlineItem], __: datetime) -> Callable[[Instance], FeatureRow]:
        """What makes an instance a row, whenever it is asked."""
        if self._is_all:
            # An instance holds the inputs in their order.
            return FeatureRow
        uses = self._uses
        return lambda instance: FeatureRow({name: instance[name] for name in uses})
