"""A model's bill, line by line from the templates as they are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from infra.cost.assumptions import Assumptions
from infra.cost.bill import Bill, bill_of
from infra.cost.idle import standing_of
from infra.cost.kinds import FREE, PRICED
from infra.cost.lines import Template, Term
from infra.cost.sagemaker import OTHERS, REAL_TIME, SERVERLESS
from serin.domain.charter import Charter
from serin.domain.judgement.retraining.policy import RetrainingPolicy
from tests.builders import a_charter
from tests.infra.conftest import MODELS
from tests.infra.small_templates import small_templates
from tests.infra.templates import Assembly

MODEL = "late-orders"
MILLION = 1_000_000 / 30
ASSUMED = Assumptions()
SMALL = small_templates(MODEL)


def small_bill(a_day: float, charter: Charter | None = None, **assumed: float) -> Bill:
    charter = charter or a_charter(model=MODEL)
    return bill_of(SMALL, [MODEL], charter, a_day, replace(ASSUMED, **assumed))  # type: ignore[arg-type]


def usd(bill: Bill) -> Mapping[str, float]:
    return {line.what: line.usd for line in bill.lines}


def test_every_kind_of_resource_is_in_the_bill_or_costs_nothing(aws: Assembly, charters: Sequence[Charter]) -> None:
    bill = bill_of(list(aws.templates.values()), MODELS, charters[0], 100, ASSUMED)
    kinds = {resource["Type"] for _, resource in aws.everything()}
    assert len(kinds) > 25
    assert kinds - PRICED.keys() - FREE == set()
    assert not PRICED.keys() & FREE
    said = [line.what for line in bill.lines]
    assert {kind for kind in kinds & PRICED.keys() if not any(PRICED[kind] in what for what in said)} == set()
    # The first model's callers have tokens, and it is traced.
    assert {"authorizer", "traces", "online features"} <= set(said)


def test_an_idle_stage_costs_forty_cents_at_most_beyond_what_watches(aws: Assembly) -> None:
    standing = standing_of(list(aws.templates.values()), MODELS, ASSUMED)
    assert {line.what for line in standing} == {
        "pollers of a queue that is empty",
        "reconcile, by its schedule",
        "watch-model, by its schedule",
        f"join-truth-{MODEL}, by its schedule",
        "acquire, by its schedule",
        "data that is kept",
    }
    assert 0.2592 < sum(line.usd for line in standing) <= 0.40
    assert next(line.usd for line in standing if "pollers" in line.what) == pytest.approx(5 * 3 * 60 * 24 * 30 * 4e-7)


def test_a_million_calls_cost_what_their_arithmetic_says() -> None:
    bill = small_bill(MILLION)
    dollars = usd(bill)
    assert dollars["HTTP API"] == pytest.approx(1.00 + 1.80)
    seconds = 1_000_000 * 0.020 * 1769 / 1024
    assert dollars["predict"] == pytest.approx(0.20 + seconds * 0.0000133334)
    # The view's last values are one item of half a unit.
    assert dollars["online features"] == pytest.approx(1_000_000 * 0.5 * 0.125e-6)
    assert dollars["logs of calls"] == pytest.approx(1_000_000 * 1.9 / 1024**2 * 0.5)
    assert bill.usd == pytest.approx(sum(bill.of_kind(kind) for kind in ("idle", "requests", "trainings")))


@pytest.mark.parametrize(
    ("old", "new", "line", "factor"),
    [
        ('"MemorySize": 1769', '"MemorySize": 3538', "predict", (1.5, 2.0)),
        ('"MemorySize": 3008', '"MemorySize": 6016', "trainings, 1 a month", (1.5, 2.0)),
        ("rate(5 minutes)", "rate(10 minutes)", "reconcile, by its schedule", (0.49, 0.51)),
        ('"DetailedMetricsEnabled": true', '"DetailedMetricsEnabled": false', "HTTP API", (0.93, 0.95)),
        ('"AuthorizerResultTtlInSeconds": 60', '"AuthorizerResultTtlInSeconds": 120', "authorizer", (0.49, 0.51)),
        ('"Period": 60', '"Period": 10', f"alarm serin-dev-errors-{MODEL}", (2.9, 3.1)),
    ],
)
def test_a_line_follows_from_the_template(old: str, new: str, line: str, factor: tuple[float, float]) -> None:
    text = json.dumps(SMALL)
    assert old in text
    changed: Sequence[Template] = json.loads(text.replace(old, new))
    bill = bill_of(changed, [MODEL], a_charter(model=MODEL), 1e6, ASSUMED)
    assert factor[0] < usd(bill)[line] / usd(small_bill(1e6))[line] < factor[1]


def test_nothing_is_called_where_nobody_calls() -> None:
    assert small_bill(0).of_kind("requests") == 0


def test_trainings_are_as_many_as_are_due_and_the_budget_allows() -> None:
    def trainings(every: timedelta | None, most: int) -> float:
        policy = replace(RetrainingPolicy(), every=every, trainings_per_month=most)
        return small_bill(0, a_charter(model=MODEL, retraining=policy)).of_kind("trainings")

    once = trainings(timedelta(days=30), 4)
    assert trainings(timedelta(days=10), 4) == pytest.approx(3 * once)
    assert trainings(timedelta(days=1), 4) == pytest.approx(4 * once)
    assert trainings(None, 4) == pytest.approx(once)


def test_serin_costs_more_than_an_instance_from_the_break_even_on_and_less_before() -> None:
    compared = {one.line.what: one for one in small_bill(1000).compared}
    whole, answering = compared[REAL_TIME].dearer_from, compared[REAL_TIME].answering_from
    assert whole is not None
    assert answering is not None
    assert 10_000 < whole < answering < 1_000_000
    assert ours_against(REAL_TIME, whole * 1.01) > 0 > ours_against(REAL_TIME, whole * 0.99)


def ours_against(name: str, a_day: float) -> float:
    bill = small_bill(a_day)
    return bill.usd - next(one.line.usd for one in bill.compared if one.line.what == name)


def test_a_serverless_endpoint_alone_is_cheaper_than_all_of_serin_at_any_number() -> None:
    compared = {one.line.what: one for one in small_bill(1000).compared}
    assert compared[SERVERLESS].dearer_from == 0
    assert all(ours_against(SERVERLESS, a_day) > 0 for a_day in (0, 100, 1e5, 1e8))


def test_a_busy_endpoint_needs_more_instances() -> None:
    real_time: Callable[[float, Assumptions], object] = OTHERS[0].line
    hours = [real_time(a_day, ASSUMED).terms[0].amount for a_day in (0.0, 8_600_000.0, 8_700_000.0)]  # type: ignore[attr-defined]
    assert hours == [720, 720, 1440]


def test_an_amount_is_written_as_people_write_it() -> None:
    assert str(Term(8640, "calls", 0.2 / 1_000_000)) == "8,640 calls x $0.0000002"
    assert str(Term(1, "dashboard", 3.0)) == "1 dashboard x $3.00"
    assert str(Term(0.0000429, "GB", 0.5)) == "0.000043 GB x $0.50"
    assert str(Term(0.5, "GB", 0.023)) == "0.5 GB x $0.023"
