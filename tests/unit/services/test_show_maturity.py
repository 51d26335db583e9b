"""Points by events of the catalog: each is there with its record, and gone without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.domain.approvals import Answer, asked
from serin.domain.experiments import TrialResult
from serin.domain.maturity import Maturity, Point
from serin.domain.measurements import Estimate, Measurements, ViewCost
from serin.domain.repeating import repeated
from serin.domain.runs import Provenance
from serin.services.show_maturity import show_maturity
from tests.builders import NOON, a_charter, a_judged, a_part, a_release, a_run, a_trial, a_verdict, an_upload

MODEL, DAY = "late-orders", timedelta(days=1)


def shown(*changes: Callable[[MemoryCatalog], object], age: timedelta = DAY) -> set[str]:
    """The steps that are shown a day after these changes of an empty catalog."""
    catalog = MemoryCatalog()
    for change in changes:
        change(catalog)
    maturity = show_maturity(a_charter(), NOON + age, catalog=catalog)
    return {point.step.id for point in _points(maturity) if point.earned}


def _points(maturity: Maturity) -> list[Point]:
    return [point for points in (*maturity.levels.values(), *maturity.sections.values()) for point in points]


def upload(catalog: MemoryCatalog) -> None:
    checked = an_upload(dataset="orders", at=NOON)
    catalog.record_accepted(checked, a_part(checked), catalog.head(checked.dataset))


def run(**parts: object) -> Callable[[MemoryCatalog], object]:
    judged = {"status": "rejected", "verdict": a_verdict(), "at": NOON, **parts}
    return lambda catalog: catalog.begin_run(a_run(**judged))


def trials(*results: TrialResult) -> Mapping[str, object]:
    return {"trials": results}


def release(status: str, cause: str) -> Callable[[MemoryCatalog], object]:
    return lambda catalog: catalog.save_release(a_release(status=status, cause=cause, at=NOON))


def judged(outcome: str, phase: str = "canary") -> Callable[[MemoryCatalog], object]:
    return lambda catalog: catalog.add_judged(MODEL, a_judged(1, at=NOON, outcome=outcome, phase=phase))


def answered(catalog: MemoryCatalog) -> None:
    put = asked(MODEL, "rel1", 1, "Shall it?", {}, "shown", NOON)
    catalog.save_approval(put)
    catalog.save_approval(put.answered(Answer("approve", "ana", "t1", NOON)))


def test_an_empty_catalog_shows_nothing() -> None:
    assert shown() == set()


@pytest.mark.parametrize(
    ("cause", "steps"),
    [
        ("call", set()),
        ("features", {"automatic-training"}),
        ("performance", {"automatic-training", "O4"}),
        ("schedule", {"automatic-training", "O4"}),
    ],
)
def test_what_a_judged_training_shows_depends_on_who_began_it(cause: str, steps: set[str]) -> None:
    assert shown(run(cause=cause)) == {"I4", *steps}
    assert shown(run(cause=cause, verdict=None, status="failed")) == set()


def test_a_commit_with_changed_files_is_no_known_commit() -> None:
    for commit, steps in (("abc", {"known-commit"}), ("abc-dirty", set()), (None, set())):
        assert shown(run(cause="call", provenance=Provenance("s", {}, "c", "d", commit=commit))) == {"I4", *steps}


def test_a_search_shows_that_it_tried_several_and_yardsticks() -> None:
    first, second = (TrialResult(a_trial(number), {}, 1.0) for number in (1, 2))
    trivial = TrialResult(replace(a_trial(3), recipe="trivial"), {}, 1.0)
    assert shown(run(cause="call", trials=(first,))) == {"I4"}
    assert shown(run(cause="call", trials=(first, second))) == {"I4", "M3"}
    assert shown(run(cause="call", trials=(first, trivial))) == {"I4", "M5"}
    assert shown(run(cause="call", trials=(first, replace(second, failed="no"), replace(trivial, failed="no")))) == {
        "I4"
    }


def test_only_a_rerun_that_is_the_same_shows_that_training_can_be_repeated() -> None:
    for artifacts, steps in (({"layer": True}, {"I1"}), ({"layer": False}, set())):
        repeat = repeated(artifacts, 0.0, (), ("pass", "pass"))
        assert shown(run(cause="rerun", status="repeated", verdict=None, repeat=repeat)) == steps


@pytest.mark.parametrize(
    ("status", "cause", "steps"),
    [
        ("live", "registered", {"automatic-release"}),
        ("live", "call", set()),
        ("live", "deployed", {"delivered-code"}),
        ("live", "rollback", {"I7"}),
        ("rolled_back", "registered", {"I7"}),
        ("failed", "registered", set()),
    ],
)
def test_releases_show_how_they_began_and_ended(status: str, cause: str, steps: set[str]) -> None:
    assert shown(release(status, cause)) == steps


def test_only_a_canary_that_was_decided_by_evidence_is_one() -> None:
    begun = release("running", "call")
    assert shown(begun, judged("pass")) >= {"evidence", "I6"}
    for outcome, phase in (("continue", "canary"), ("not_compared", "canary"), ("pass", "shadow"), ("pass", "bake")):
        assert shown(begun, judged(outcome, phase)) == set()


def test_uploads_views_and_answers_show_what_they_are() -> None:
    assert shown(upload) == {"D1", "checked-data"}
    costs = Measurements(MODEL, "r1", views=(ViewCost("queue", 1, Estimate(0.1, 9, 3), 0.1),))
    assert shown(run(cause="call"), lambda catalog: catalog.save_measurements(costs)) == {"I4", "D2"}
    assert shown(answered) == {"M1"}


def test_what_was_long_ago_shows_nothing_but_is_named() -> None:
    catalog = MemoryCatalog()
    upload(catalog)
    maturity = show_maturity(a_charter(), NOON + 31 * DAY, catalog=catalog)
    assert not any(point.earned for point in _points(maturity))
    assert {point.step.id for point in _points(maturity) if point.lapsed} == {"D1", "checked-data"}
