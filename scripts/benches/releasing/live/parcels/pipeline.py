"""What is fitted for parcels: how often those of each zone were late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from serin.domain.charter import Scalar
    from serin.serving.manifest import ModelColumn


class Shares:
    """The share of late parcels by zone; each zone begins with `least` parcels of either kind."""

    def __init__(self, least: float) -> None:
        self.least = least

    def fit(self, table: pd.DataFrame, label: np.ndarray) -> Self:
        """Count."""
        self.classes_ = np.array([False, True])
        zones, late = table["zone"].to_numpy(), label.astype(float)
        self.shares = {
            float(zone): float((late[zones == zone].sum() + self.least) / ((zones == zone).sum() + 2 * self.least))
            for zone in np.unique(zones)
        }
        return self

    def predict_proba(self, table: pd.DataFrame) -> np.ndarray:
        """The share of the zone; one half for a zone nobody has seen."""
        late = np.array([self.shares.get(float(zone), 0.5) for zone in table["zone"]])
        return np.column_stack([1 - late, late])


def pipeline(_: Sequence[ModelColumn], params: Mapping[str, Scalar]) -> Shares:
    """The shares; `params`: `least`."""
    return Shares(float(params["least"]))
