"""The least shift of features of flights that the rule in use would show, beside the figures there were before."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from benches.watching.flights import BEGIN, FEATURES, MOMENT, flights
from benches.watching.run_length import POLICY
from serin.data.watching.references import reference_of, reference_windows, with_power
from serin.data.watching.summaries import summarise

BEFORE = {
    "temp": 1.6, "visib": 1.3, "wind_speed": 1.2, "precip": 0.7, "arr_delay": 0.7, "dep_delay": 0.6, "distance": 0.07,
    "hour": 0.03,
}  # fmt: skip
"""Standard deviations, one window at 5 % for twenty features, by the logarithm of the Wasserstein distance alone."""
_STRETCHES = {"year": 357, "quarter": 91}


def least_detectable() -> Mapping[str, Any]:
    """In standard deviations, within two windows, 95 times in 100, up or down, at one false alarm a year."""
    with tempfile.TemporaryDirectory() as name:
        summaries = summarise(flights(Path(name)), MOMENT, FEATURES)
    least: dict[str, dict[str, float | None]] = {feature: {"before": BEFORE[feature]} for feature in BEFORE}
    for stretch, days in _STRETCHES.items():
        windows = reference_windows(summaries, BEGIN, BEGIN + timedelta(days=days), POLICY.window)
        for of in with_power(reference_of(windows, POLICY), windows).baseline.features:
            if of.feature in least and of.detectable and of.detectable.shift:
                least[of.feature][stretch] = round(of.detectable.shift, 3)
    return least
