from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from serin.data.watching.days import onsets_of
from serin.data.watching.distances import binned, jensen_shannon, shares, wasserstein
from serin.data.watching.kept import WHOLE, kept, read_references
from serin.data.watching.references import WatchReference, reference_of, reference_windows, with_power
from serin.data.watching.summaries import summarise
from serin.data.watching.windows import window_against
from serin.domain.errors import Invalid
from serin.domain.judgement.watching.drift import judge
from serin.domain.judgement.watching.policy import WatchPolicy
from serin.domain.judgement.watching.verdicts import WindowVerdict
from serin.domain.records import as_record, from_record

BEGIN = datetime(2013, 1, 7, tzinfo=UTC)
WEEK, POLICY = timedelta(days=7), WatchPolicy(minimum_rows=50)
WEEKS, ROWS = 20, 300
FEATURES = ("x", "place")


def week(number: int, shift: float = 0.0, rows: int = ROWS) -> pl.DataFrame:
    random = np.random.default_rng(number)
    at = pl.Series([BEGIN + number * WEEK + timedelta(hours=int(hour)) for hour in random.integers(0, 168, rows)])
    numbers = np.round(random.standard_normal(rows) + shift, 1)
    return pl.DataFrame({"at": at, "x": numbers, "place": random.choice(["A", "B", "C"], rows)})


@pytest.fixture(scope="module")
def reference() -> WatchReference:
    days = summarise(pl.concat([week(number) for number in range(WEEKS)]), "at", FEATURES)
    windows = reference_windows(days, BEGIN, BEGIN + WEEKS * WEEK, WEEK)
    return with_power(reference_of(windows, POLICY), windows)


def verdict_on(reference: WatchReference, rows: pl.DataFrame, previous: WindowVerdict | None = None) -> WindowVerdict:
    begin = BEGIN + (rows["at"].min() - BEGIN) // WEEK * WEEK  # type: ignore[operator]
    return judge(
        window_against(reference, summarise(rows, "at", FEATURES), begin, WEEK), reference.baseline, POLICY, previous
    )


def test_distances_are_those_of_the_rows() -> None:
    values, counts = np.array([0.0, 1.0, 3.0]), np.array([[2, 1, 1], [0, 2, 2]])
    reference, window = shares(counts[:1]), shares(counts[1:])
    # By hand: the distribution functions are .5 apart from 0 to 1 and .25 from 1 to 3.
    assert wasserstein(values, reference, window)[0] == pytest.approx((0.5 + 0.25 * 2) / np.std([0, 0, 1, 3]))
    assert jensen_shannon(shares(np.array([[3, 0]])), shares(np.array([[0, 2]])))[0] == pytest.approx(
        math.sqrt(math.log(2))
    )
    constant = shares(np.array([[5]]))
    assert wasserstein(np.array([7.0]), constant, constant)[0] == 0.0


@pytest.mark.parametrize("unit", [1.0, 1e200, 2e307])
def test_how_far_numbers_are_does_not_depend_on_their_unit(unit: float) -> None:
    def spread(by: float) -> pl.DataFrame:
        return pl.concat([week(number) for number in range(WEEKS)]).with_columns(pl.col("x") * unit * by)

    with np.errstate(over="raise", invalid="raise"):
        windows = reference_windows(summarise(spread(0.3), "at", ("x",)), BEGIN, BEGIN + WEEKS * WEEK, WEEK)
        reference = with_power(reference_of(windows, POLICY), windows)
        (window,) = window_against(reference, summarise(spread(0.6), "at", ("x",)), BEGIN, WEEK).features
    assert window.statistics["shape"] == pytest.approx(0.8606023484538428)


def test_numbers_of_many_values_are_binned_over_both_samples() -> None:
    values = np.arange(40.0)
    counts = np.array([np.ones(40, np.int64), np.r_[np.zeros(20, np.int64), np.full(20, 2)]])
    edges = np.histogram_bin_edges(np.r_[np.repeat(values, counts[0]), np.repeat(values, counts[1])], bins="sturges")
    assert binned(values, counts).tolist() == [np.histogram(values, edges, weights=row)[0].tolist() for row in counts]


def test_a_shift_drifts_in_its_second_window_and_says_which_way(reference: WatchReference) -> None:
    quiet = verdict_on(reference, week(WEEKS))
    assert quiet.status == "NO_DRIFT_SEEN"
    first = verdict_on(reference, week(WEEKS + 1, 0.8), quiet)
    assert first.status == "SUSPECTED"
    second = verdict_on(reference, week(WEEKS + 2, 0.8), first)
    assert (second.status, second.features[0].feature) == ("DRIFT", "x")
    assert (
        "x has drifted, for two windows in a row: a value is above one of the reference 7"
        in second.features[0].sentence
    )
    back = {test.statistic: test for test in verdict_on(reference, week(WEEKS + 3, -0.8), second).features[0].tests}
    assert (back["location"].side, back["location"].twice) == (-1, False), "the other side is another change"


def test_new_categories_and_missing_values_have_limits_of_their_own(reference: WatchReference) -> None:
    def changed(number: int) -> pl.DataFrame:
        hit = pl.int_range(pl.len()) % 10 == 0
        lost = pl.when(~hit).then("x").alias("x")
        return week(number).with_columns(lost, place=pl.when(hit).then(pl.lit("Q")).otherwise("place"))

    verdict = verdict_on(reference, changed(WEEKS + 1), verdict_on(reference, changed(WEEKS)))
    twice = {(of.feature, test.statistic) for of in verdict.features for test in of.tests if test.twice}
    assert {("x", "missing"), ("place", "new")} <= twice
    place = next(of for of in verdict.features if of.feature == "place")
    assert place.unseen == ("Q",)
    assert "10.0% of its values are new (Q)" in place.sentence


def test_what_could_have_been_seen_is_said_and_holds(reference: WatchReference) -> None:
    (x,) = (of for of in reference.baseline.features if of.feature == "x")
    assert x.detectable is not None
    assert x.detectable.shift is not None
    quiet = verdict_on(reference, week(WEEKS))
    assert f"a shift of {x.detectable.shift:.2g} standard deviations" in next(
        of.sentence for of in quiet.features if of.feature == "x"
    )
    hits = 0
    for pair in range(12):
        weeks = [week(100 + 2 * pair + part, x.detectable.shift) for part in (0, 1)]
        hits += verdict_on(reference, weeks[1], verdict_on(reference, weeks[0])).status == "DRIFT"
    assert hits >= 10


@pytest.mark.parametrize("rows", [0, 1, 49])
def test_too_few_rows_are_never_called_healthy(reference: WatchReference, rows: int) -> None:
    window = window_against(reference, summarise(week(WEEKS).head(rows), "at", FEATURES), BEGIN + WEEKS * WEEK, WEEK)
    verdict = judge(window, reference.baseline, POLICY)
    assert verdict.status == "INSUFFICIENT_DATA"
    assert {of.status for of in verdict.features} == {"INSUFFICIENT_DATA"}


def test_a_reference_of_two_windows_says_nothing_and_one_of_three_says_what_it_can_carry() -> None:
    days = summarise(pl.concat([week(number) for number in range(3)]), "at", FEATURES)

    def judged(weeks: int) -> WindowVerdict:
        windows = reference_windows(days, BEGIN, BEGIN + weeks * WEEK, WEEK)
        return verdict_on(reference_of(windows, POLICY), week(WEEKS))

    assert judged(2).status == "INSUFFICIENT_DATA"
    three = judged(3)
    assert not three.promise.kept
    assert (
        f"With 3 windows the reference can promise {three.promise.carried:.2g} false alarms a year, 1 was asked"
        in three.sentence
    )


def test_a_feature_that_became_text_is_refused(reference: WatchReference) -> None:
    with pytest.raises(Invalid, match="'x' is a number in the reference or in the window"):
        verdict_on(reference, week(WEEKS).with_columns(pl.col("x").cast(pl.String)))


def test_the_onset_is_the_day_the_rows_changed(reference: WatchReference) -> None:
    sixth = BEGIN + (WEEKS + 1) * WEEK + timedelta(days=5)
    second = week(WEEKS + 1).with_columns(
        pl.when(pl.col("at") >= sixth).then(pl.col("x") + 0.8).otherwise("x").alias("x")
    )
    frames = [week(WEEKS), second, week(WEEKS + 2, 0.8), week(WEEKS + 3, 0.8)]
    verdict = verdict_on(reference, frames[3], verdict_on(reference, frames[2]))
    onsets = onsets_of(reference, summarise(pl.concat(frames), "at", FEATURES), verdict)
    assert onsets["x"] is not None
    assert abs(onsets["x"] - sixth) <= timedelta(days=1)


def test_a_reference_and_a_verdict_come_back_as_they_were_kept(reference: WatchReference) -> None:
    again, quiet = read_references(*kept({WHOLE: reference}))[WHOLE], verdict_on(reference, week(WEEKS))
    assert again.baseline == reference.baseline
    assert verdict_on(again, week(WEEKS)) == quiet
    assert from_record(WindowVerdict, as_record(quiet)) == quiet
