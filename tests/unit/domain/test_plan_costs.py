"""A training's cost is counted one way, and above the charter's ceiling nothing of it begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from serin.domain.account_quotas import CONCURRENCY, INSTANCES, MEMORY, needs_of, uses_of
from serin.domain.charter import JobTerms
from serin.domain.compliance import Budget
from serin.domain.cut_plan import CutPlan
from serin.domain.measurements import Estimate, LearningCurve
from serin.domain.more_rows import times_the_rows
from serin.domain.plan_costs import LastFits, dollars, fits_on, over_ceiling
from serin.domain.plan_sentences import said_of_more, sentences_of
from serin.domain.prices import TRAINER_SECOND
from serin.domain.records import as_record, from_record
from serin.domain.training_machines import MACHINES
from serin.domain.training_size import TIMES, plus_minus
from tests.builders import a_charter
from tests.unit.domain.test_cut_plan import FLOW, plan, plan_training_set, table

LAST = LastFits("r7", 1_000, 50.0)
ORDERS, SHOPS = table("orders", 100), table("shops", 200)
CURVE = LearningCurve("log_loss", 500, (), onward=Estimate(0.00042, 500, 14, 0.0002, 0.0006), onward_rows=9)


def test_fits_take_as_long_for_each_row_as_they_did_last() -> None:
    fits = fits_on(LAST, 3_000)
    assert (fits.seconds, fits.usd) == (150.0, pytest.approx(150 * TRAINER_SECOND))


def test_fits_on_a_machine_cost_what_the_machine_does() -> None:
    assert fits_on(LAST, 3_000, "ml.m5.large").usd == pytest.approx(150 * MACHINES["ml.m5.large"].usd_hour / 3600)


def test_of_rows_in_shards_trials_learn_from_one_and_the_fits_afterwards_from_all() -> None:
    last = replace(LAST, afterwards=30.0)
    assert fits_on(last, 3_000).seconds == 150.0
    assert fits_on(last, 3_000, "ml.m5.large", 4).seconds == pytest.approx(20.0 * 3 / 4 + 30.0 * 3)


def test_a_plan_with_jobs_has_their_price() -> None:
    charter, tables = a_charter(), {"orders": ORDERS, "shops": SHOPS}
    by_jobs = replace(charter.training, job=JobTerms("ml.m5.large", timedelta(hours=1), always=True))
    planned = plan_training_set(replace(charter, training=by_jobs), tables, (FLOW,), last=LAST)
    assert planned.fits == fits_on(LAST, planned.rows, "ml.m5.large")


def test_a_training_is_held_against_the_ceiling_with_its_fits() -> None:
    fits = fits_on(LAST, 1_000)
    assert over_ceiling(Budget(), 1e6, fits) is None
    assert over_ceiling(Budget(usd_per_month=0.5), 0.4, None) is None
    reason = over_ceiling(Budget(usd_per_month=0.5), 0.499, fits)
    assert reason is not None
    assert f"({dollars(0.499)} to make its training set, {dollars(fits.usd)} for fits as in run r7)" in reason
    assert "design.budget.usd_per_month is $0.50" in reason


def test_a_plan_that_a_function_holds_is_over_the_ceiling_by_its_fits_alone() -> None:
    tables = {"orders": ORDERS, "shops": SHOPS}
    charter = replace(a_charter(), budget=Budget(usd_per_month=0.5))
    assert plan_training_set(charter, tables, (FLOW,)).refused is None
    dear = plan_training_set(charter, tables, (FLOW,), last=LastFits("r7", 1, 1.0))
    assert dear.carrier == "whole"
    assert dear.refused is not None
    assert list(sentences_of(dear)) == [f"Refused: {dear.refused}"]


def test_ten_times_the_rows_have_a_gain_with_its_uncertainty_and_a_price() -> None:
    tables = {"orders": ORDERS, "shops": SHOPS}
    more = times_the_rows(a_charter(), tables, (FLOW,), LAST, CURVE)
    larger = {name: replace(one, files=one.files * TIMES) for name, one in tables.items()}
    planned = plan_training_set(a_charter(), larger, (FLOW,), last=LAST)
    assert planned.fits is not None
    assert more.usd == planned.usd + planned.fits.usd
    said = "10 times the rows: expected gain 0.0004 ± 0.0002 log_loss (95 %; run r7); a training about "
    assert said_of_more(more).startswith(said + dollars(more.usd))


def test_what_nobody_has_measured_is_not_made_up() -> None:
    tables = {"orders": ORDERS, "shops": SHOPS}
    never = times_the_rows(a_charter(), tables, (FLOW,), None, None)
    assert never.gain is None
    assert "nobody knows the gain, for no training has been judged yet" in said_of_more(never)
    few = times_the_rows(a_charter(), tables, (FLOW,), LAST, None)
    assert "run r7 had too few: its curve takes 250,000 learnable rows" in said_of_more(few)
    made = plan(ORDERS, SHOPS)
    assert "No training has been judged yet, so nobody knows what its fits take." in list(sentences_of(made))


def test_more_rows_over_the_ceiling_say_so() -> None:
    charter = replace(a_charter(), budget=Budget(usd_per_month=1))
    more = times_the_rows(charter, {"orders": ORDERS, "shops": SHOPS}, (FLOW,), LastFits("r7", 10, 10.0), CURVE)
    assert "not begun: A training would cost about" in said_of_more(more)


def test_a_plan_goes_to_json_and_back_with_all_it_says() -> None:
    made = plan_training_set(a_charter(), {"orders": ORDERS, "shops": SHOPS}, (FLOW,), last=LAST)
    made = replace(made, more=times_the_rows(a_charter(), {"orders": ORDERS, "shops": SHOPS}, (FLOW,), LAST, CURVE))
    assert from_record(CutPlan, as_record(made)) == made


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [(0.00042, 0.0002, 0.0006, "0.0004 ± 0.0002"), (12.3, 2.3, 22.3, "12 ± 10"), (-0.5, -0.51, -0.49, "-0.50 ± 0.01")],
)
def test_an_estimate_is_said_to_the_digits_that_are_sure(value: float, low: float, high: float, said: str) -> None:
    assert plus_minus(Estimate(value, 9, 9, low, high)) == said


def test_what_is_asked_of_the_account_is_said_beside_what_it_has_and_who_says_so() -> None:
    made = plan(table("orders", 3_000), table("shops", 9_000))
    needs = needs_of(made)
    assert needs == {CONCURRENCY: 5, MEMORY: 3008, INSTANCES: 0}
    read = [use.sentence for use in uses_of(needs, {CONCURRENCY: 4}, "for it has none")]
    assert read[0] == (
        "functions at once: 5 of 4 (by Service Quotas): too few; ask for more of lambda at Service Quotas before a "
        "training starts."
    )
    assumed = [use.sentence for use in uses_of(needs, {}, "for Service Quotas may not be read (AccessDenied)")]
    assert assumed[0] == (
        "functions at once: 5 of 10 (taken for a new account, for Service Quotas may not be read (AccessDenied))."
    )
    assert "3,008 of 3,008 (taken for a new account, Service Quotas does not list it)" in assumed[1]
    assert "SageMaker instances for training jobs: 0 of 0" in assumed[2]
