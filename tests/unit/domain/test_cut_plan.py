from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from serin.domain import cut_sizes
from serin.domain.account_quotas import INSTANCES, needs_of
from serin.domain.charter import Charter, DatasetUse, Derivation, JobTerms, View, Window
from serin.domain.compliance import Budget
from serin.domain.cut_plan import CutPlan, enlarged, plan_training_set
from serin.domain.cut_sizes import ROUNDS, FileSize, TableSize, fit_together, lookups_of, too_large_together
from serin.domain.plan_sentences import sentences_of
from serin.domain.records import as_record, from_record
from serin.domain.training_machines import MACHINES
from tests.builders import a_charter

DAY = timedelta(days=1)
MB = 1024**2
MICROSECONDS = 86_400_000_000
QUEUE = a_charter().features.views[0]
FLOW = replace(QUEUE, name="flow", last=(), ttl=2 * DAY, windows=(Window("n", "length", "count", 7 * DAY),))
EVER = replace(QUEUE, name="ever", ttl=None)


def test_who_carries_follows_from_the_time_that_pieces_take() -> None:
    assert plan(table("orders", 300), table("shops", 300)).carrier == "process"
    assert plan(table("orders", 3_000), table("shops", 9_000)).carrier == "map"


def test_small_tables_are_cut_as_if_they_were_large() -> None:
    tables = enlarged({"orders": table("orders", 10), "shops": table("shops", 1)})
    assert plan(*tables.values()).carrier != "whole"
    assert len(tables["orders"].files) == 40


def table(name: str, megabytes: int, days: int = 400, largest: float | None = None, files: int = 40) -> TableSize:
    each = FileSize(megabytes * MB // files // 100, megabytes * MB // files)
    shares = {} if largest is None else {"shop": largest}
    return TableSize(name, (each,) * files, {"at": (0, days * MICROSECONDS)}, shares)


def plan(orders: TableSize, shops: TableSize, *views: View, charter: Charter | None = None) -> CutPlan:
    return plan_training_set(charter or a_charter(), {"orders": orders, "shops": shops}, views or (QUEUE,))


def test_what_fits_into_a_function_is_made_in_one_go() -> None:
    made = plan(table("orders", 100), table("shops", 200))
    assert (made.carrier, made.refused, len(made.pieces)) == ("whole", None, 1)
    assert made.pieces[0].memory == made.tables["orders"] + made.tables["shops"]


def test_what_does_not_is_cut_into_pieces_that_each_have_room() -> None:
    made = plan(table("orders", 3_000), table("shops", 9_000), QUEUE, FLOW, EVER)
    assert (made.carrier, made.refused) == ("map", None)
    assert [each for each in ROUNDS if any(piece.round == each for piece in made.pieces)] == list(ROUNDS)
    assert max(piece.memory for piece in made.pieces) <= cut_sizes.ROOM
    assert made.seconds == pytest.approx(sum(piece.seconds for piece in made.pieces))
    assert sum(made.cuts.files["shops"]) == 40
    assert from_record(CutPlan, as_record(made)) == made


def test_ten_times_the_rows_take_ten_times_the_time_and_money() -> None:
    small, large = (plan(table("orders", size), table("shops", size), FLOW) for size in (20_000, 200_000))
    assert large.seconds / small.seconds == pytest.approx(10, rel=0.2)
    assert large.usd / small.usd == pytest.approx(10, rel=0.3)


def test_requests_do_not_grow_as_mappers_times_buckets() -> None:
    made = plan(table("orders", 20_000, files=320), table("shops", 20_000, files=320), FLOW)
    cut = made.cuts.rows["shops"]
    buckets = cut.coarse * cut.fine
    assert cut.fine > 1
    assert len(made.cuts.files["shops"]) * cut.coarse < len(made.cuts.files["shops"]) * buckets / 4


def test_views_with_an_end_are_cut_apart_from_those_without() -> None:
    lookups = {lookup.name: lookup for lookup in lookups_of(a_charter(), (QUEUE, FLOW, EVER))}
    assert {name: [view.name for view in lookup.views] for name, lookup in lookups.items()} == {
        "shop-in-time": ["queue", "flow"],
        "shop": ["ever"],
    }
    assert (lookups["shop-in-time"].reach, lookups["shop"].reach) == (7 * DAY, None)


def test_a_key_with_most_of_the_rows_is_cut_by_time() -> None:
    made = plan(table("orders", 500), table("shops", 6_000, largest=0.6), FLOW)
    cut = made.cuts.lookups["shop-in-time"]
    assert made.refused is None
    assert cut.slab is not None
    assert cut.slab < 100 * DAY
    spread = plan(table("orders", 500), table("shops", 6_000, largest=0.001), FLOW)
    assert spread.cuts.lookups["shop-in-time"].slab is None


def test_a_key_that_time_cannot_cut_is_refused_with_the_numbers() -> None:
    made = plan(table("orders", 500), table("shops", 6_000, largest=0.6), EVER)
    assert made.refused is not None
    assert "One shop has 60% of the rows that ever look into" in made.refused
    assert "336 MB" in made.refused
    assert made.pieces == ()
    dense = plan(table("orders", 500), table("shops", 60_000, days=10, largest=0.6), FLOW)
    assert dense.refused is not None
    assert "each moment needs 7 days" in dense.refused


def test_what_a_derivation_looks_up_has_to_fit_beside_each_piece() -> None:
    derived = DatasetUse("orders", "contracts/orders.yaml", Derivation("features:times", ("shops",)))
    charter = replace(a_charter(), datasets=(derived, *a_charter().datasets[1:]))
    made = plan(table("orders", 500), table("shops", 300), charter=charter)
    assert made.refused is not None
    assert "looks things up in" in made.refused
    assert plan(table("orders", 500), table("shops", 100), charter=charter).refused is None


def test_a_plan_over_the_budget_is_not_begun() -> None:
    charter = replace(a_charter(), budget=Budget(usd_per_month=0.01))
    made = plan(table("orders", 30_000), table("shops", 60_000), charter=charter)
    assert made.refused is not None
    assert "design.budget.usd_per_month is $0.01" in made.refused


def test_the_rows_at_most_are_those_of_the_window_and_say_when_no_function_trains_on_them() -> None:
    window = a_charter().training.window
    made = plan(table("orders", 9_000, days=2 * window.days), table("shops", 1))
    assert made.rows == pytest.approx(table("orders", 9_000).rows / 2, rel=0.01)
    assert made.doubt is not None
    assert f"{made.rows:,} rows of {made.columns} columns" in made.doubt


def test_where_jobs_may_fit_the_plan_says_on_which_machine_and_what_that_asks_of_the_account() -> None:
    """The rows of the test above, which no function trains on."""

    def planned(largest: str, megabytes: int, shards: int = 1) -> CutPlan:
        training = replace(a_charter().training, job=JobTerms(largest, timedelta(hours=4), shards=shards))
        days = 2 * training.window.days
        return plan(
            table("orders", megabytes, days=days), table("shops", 1), charter=replace(a_charter(), training=training)
        )

    made = planned("ml.m5.24xlarge", 9_000)
    assert made.doubt is None
    assert made.machine in MACHINES
    search = a_charter().training.search
    assert needs_of(made)[INSTANCES] == made.machines == min(search.concurrency, search.trials)
    assert any(f"on an {made.machine} of $" in sentence for sentence in sentences_of(made))
    refused = planned("ml.m5.large", 90_000)
    assert (refused.machine, refused.machines) == (None, 0)
    assert refused.doubt is not None
    assert "ml.m5.large, the largest machine of training.job" in refused.doubt
    needed = re.search(r"would take (\d+) shards", planned("ml.m5.large", 16_000).doubt or "")
    assert needed is not None
    dealt = planned("ml.m5.large", 16_000, int(needed[1]))
    assert (dealt.doubt, dealt.machine, dealt.shards) == (None, "ml.m5.large", int(needed[1]))
    (said,) = (sentence for sentence in sentences_of(dealt) if "shards" in sentence)
    assert f"in {dealt.shards} shards of about {dealt.rows // dealt.shards:,} rows" in said
    assert "the mean of the raw scores" in said


def test_where_jobs_may_share_pieces_they_do_once_they_cost_less_than_functions() -> None:
    by_jobs = replace(a_charter().training, job=JobTerms("ml.m5.4xlarge", timedelta(hours=4)))
    charter = replace(a_charter(), training=by_jobs)
    small, large = ((table("orders", size), table("shops", size), FLOW) for size in (3_000, 200_000))
    assert plan(*small, charter=charter).carrier == "map", "the starts of jobs cost more than they save"
    made, functions = plan(*large, charter=charter), plan(*large)
    assert (made.carrier, made.cuts, len(made.pieces)) == ("jobs", functions.cuts, len(functions.pieces))
    assert made.usd < functions.usd
    assert needs_of(made)[INSTANCES] == max(made.piece_jobs, made.machines) > 1
    said = " ".join(sentences_of(made))
    assert f"Up to {made.piece_jobs} jobs at once, each on an ml.m5.large of $0.12 an hour" in said
    in_a_minute = replace(charter, training=replace(by_jobs, job=JobTerms("ml.m5.4xlarge", timedelta(minutes=1))))
    assert plan(*large, charter=in_a_minute).carrier == "map", "jobs would not end in time"


def test_the_refusal_of_tables_and_the_plan_count_alike() -> None:
    tables = [table("orders", 200), table("shops", 200)]
    assert not fit_together(tables)
    assert "room for 336 MB" in str(too_large_together(tables))
    assert plan(*tables).carrier != "whole"
