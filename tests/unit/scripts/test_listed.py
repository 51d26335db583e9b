"""Models and versions in a table: what a bare number would not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from serin.domain.compilation import Compilation, Parity
from serin.domain.records import as_record
from serin.domain.release_progress import progress_of
from serin.domain.release_record import Shift
from serin_cli.listed import after_withdrawal, listed_model, listed_version, served
from tests.builders import NOON, a_plan, a_release

LIVE = {"model": "late-orders", "live": {"version": 1}}
WITHDRAWN = {"why": "it knows the answer"}


def test_a_version_with_all_callers_is_watched_before_it_counts_as_live() -> None:
    release, plan = a_release(status="running", version=3, previous=1), a_plan()
    plan = replace(plan, previous="1", policy=replace(plan.policy, bake=timedelta(hours=1)))
    moves = [Shift("rel1", weight, NOON, NOON) for weight in (50, 100)]
    half = listed_model({**LIVE, "under_way": as_record(progress_of(release, plan, moves[:1]))})
    assert (half["live"], half["now"]) == (1, "version 3 is being released with 50 % of the calls; live is version 1")
    baking = listed_model({**LIVE, "under_way": as_record(progress_of(release, plan, moves))})["now"]
    until = NOON + timedelta(hours=1)
    assert f"version 3 has all callers and is watched until {until:%Y-%m-%d %H:%M}Z (bake)" in baking
    assert "until then version 1 counts as live" in baking


def test_a_withdrawn_version_says_that_it_answers_on_and_what_to_do() -> None:
    assert "withdrawn and answers on: it knows the answer" in listed_model({**LIVE, "withdrawn": WITHDRAWN})["now"]
    assert listed_model(LIVE)["now"] is None
    assert listed_version({"version": 1, "withdrawn": WITHDRAWN})["withdrawn"] == "it knows the answer"
    assert "answers on until another version is: `release rollback late-orders`" in after_withdrawal(
        "late-orders", 1, [LIVE]
    )
    assert "live" not in after_withdrawal("late-orders", 2, [LIVE])


def test_a_version_says_by_what_it_is_served_and_why() -> None:
    proven = Compilation("0" * 64, Parity(100, 2000, 20, 90, 95, 3, 2e-16, 0, 0, 0, 0))
    said = listed_version({"version": 1, "compilation": as_record(proven)})["served"]
    assert said == (
        "Served compiled: 100 rows and 2,000 edge rows are answered as by scikit-learn "
        "(worst difference 2.0e-16; 90 of 95 splits tried)."
    )
    not_covered = as_record(Compilation(reason="VotingClassifier is not covered"))
    assert served({"compilation": not_covered}) == "Served by scikit-learn: VotingClassifier is not covered."
    assert served({}).startswith("Served by scikit-learn: it was registered before")
