"""A training that would not fit into its function is refused before a trial, with what ten times the rows bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from serin.adapters.memory.objects import MemoryObjectStore
from serin.domain import training_size
from serin.domain.errors import TooLarge
from serin.domain.experiments import TrainingSet, Trial
from serin.domain.names import digest
from serin.domain.training_size import PROBED_FROM, Timed, seconds_for
from serin.learning.columns import read_columns
from serin.services.steps.planned_columns import planned_columns
from tests.builders import a_charter, a_training_set
from tests.unit.learning.orders import START, order_rows, orders_npz

DAYS, A_DAY = 480, 25
FILE = orders_npz(order_rows(DAYS, A_DAY))
TIMED = a_training_set(
    columns_digest=digest(FILE),
    rows=DAYS * A_DAY,
    learnable=(DAYS - 60) * A_DAY,
    first=START,
    last=START + timedelta(days=DAYS),
    holdout_from=START + timedelta(days=DAYS - 60),
)
TRIALS = [Trial(1, {"times": 1.0}), Trial(2, {"times": 2.0}), Trial(3, recipe="linear")]


class Slow(LogisticRegression):
    """Takes so many seconds for each row that it learns from, to a power, by a watch of its own."""

    watch = 0.0

    def __init__(self, a_row: float = 0.0, power: float = 1.0) -> None:
        super().__init__()
        self.a_row, self.power = a_row, power

    def fit(self, table: Any, label: Any) -> Any:
        Slow.watch += self.a_row * len(label) ** self.power
        return super().fit(np.nan_to_num(table[["amount", "queue.length"]]), label)

    def predict_proba(self, table: Any) -> Any:
        return super().predict_proba(np.nan_to_num(table[["amount", "queue.length"]]))


def planned(training_set: TrainingSet = TIMED, a_row: float = 0.0, power: float = 1.0) -> Any:
    lake = MemoryObjectStore()
    lake.put(training_set.columns, FILE)
    return planned_columns(
        *(a_charter(), training_set, TRIALS, lambda _, params: Slow(a_row * params["times"], power)),
        lake=lake,
        watch=lambda: Slow.watch,
    )


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> int:
    """A function that has room for 6,000 of these rows."""
    needed = training_size.memory_for(6000, 3)
    monkeypatch.setattr(training_size, "TRAINER_MEMORY_MB", needed / 1024**2)
    return 6000


def test_what_fits_goes_on_with_all_of_its_rows() -> None:
    assert len(planned(a_row=0.0001).label) == DAYS * A_DAY


def test_a_fit_that_would_not_end_is_refused_with_what_was_measured_and_what_rows_bring() -> None:
    """The slower of the trials takes .1 s a row: 1,050 s for those that teach, and the function has 900."""
    with pytest.raises(TooLarge) as caught:
        planned(a_row=0.05)
    message = caught.value.message
    assert "A fit on 10,500 rows would take about 1,050 s of CPU" in message
    assert "measured: 10.0 s for 100 rows, 27.5 s for 275 rows, 90.0 s for 900 rows" in message
    assert "newer rows log_loss is 0." in message
    assert "9 times the rows made it better by" in message
    assert "(95 %: " in message
    assert "Shorten training.window to 69 %" in caught.value.remedy


def test_a_fit_whose_time_grows_faster_than_its_rows_is_seen_by_a_tenth_of_them() -> None:
    assert len(planned(a_row=1e-6, power=2.0).label) == DAYS * A_DAY
    with pytest.raises(TooLarge, match="would take about 2,205 s"):
        planned(a_row=1e-5, power=2.0)


def test_more_rows_than_memory_is_for_are_refused_and_only_the_newest_are_read(little_memory: int) -> None:
    with pytest.raises(TooLarge) as caught:
        planned()
    assert f"it has room for {little_memory:,} rows" in caught.value.message
    assert "12,000 rows of 3 columns take about" in caught.value.message
    assert "times the rows made it better by" in caught.value.message
    assert "Shorten training.window to 50 %" in caught.value.remedy


def test_rows_without_a_time_are_measured_by_chance() -> None:
    dealt = replace(TIMED, holdout_from=None)
    with pytest.raises(TooLarge, match="from 1 % "):
        planned(dealt, a_row=0.05)


def test_few_rows_are_not_measured_before() -> None:
    few = replace(TIMED, learnable=PROBED_FROM - 1)
    before = Slow.watch
    planned(few, a_row=1.0)
    assert Slow.watch == before


def test_a_part_of_the_rows_is_read_as_it_is_in_the_whole() -> None:
    whole, part = read_columns(FILE), read_columns(FILE, slice(100, 250))
    assert part.table.equals(whole.table.iloc[100:250].reset_index(drop=True))
    assert (part.label == whole.label[100:250]).all()


@pytest.mark.parametrize(
    ("timed", "seconds"),
    [((), 0.0), (((100, 1.0),), 100.0), (((100, 1.0), (1000, 2.0)), 20.0), (((100, 1.0), (1000, 100.0)), 10_000.0)],
)
def test_a_fit_takes_as_long_as_the_last_two_say_and_never_less_than_its_rows(
    timed: Sequence[tuple[int, float]], seconds: float
) -> None:
    assert seconds_for([Timed(*one) for one in timed], 10_000) == pytest.approx(seconds)
