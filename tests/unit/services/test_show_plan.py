"""The plan goes by the newest training that was judged, and by what it measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from serin.domain.cut_plan import CutPlan
from serin.domain.experiments import Contest, Run, Trial, TrialResult
from serin.domain.measurements import Estimate, LearningCurve, Measurements
from serin.services.show_plan import show_plan
from tests.builders import NOON, a_run, a_training_set, contracts_of_orders
from tests.unit.services.test_build_training_set import DAYS, World, orders, shops

GAIN = Estimate(0.0004, 900, 14, 0.0002, 0.0006)


@pytest.fixture
def world() -> World:
    full = World()
    full.add("orders", orders(range(DAYS)))
    full.add("shops", shops())
    return full


def judged(world: World, name: str, hours: int, rows: int, parent: str | None = None, curve: bool = True) -> Run:
    """A run whose trials took 10 s and 30 s, of which the second was the best."""
    model, at = world.charter.model, NOON + timedelta(hours=hours)
    world.catalog.save_training_set(a_training_set(id=f"set-{name}", rows=rows))
    trials = (TrialResult(Trial(1), {}, 10.0), TrialResult(Trial(2), {}, 30.0))
    begun = a_run(id=name, at=at, training_set=f"set-{name}", parent=parent)
    world.catalog.begin_run(begun)
    run = replace(begun, trials=trials, best=trials[1].trial, contest=Contest(9, {}), seconds=40.0)
    world.catalog.save_run(run)
    shown = LearningCurve("log_loss", 900, (), onward=GAIN, onward_rows=10 * rows) if curve else None
    world.catalog.save_measurements(Measurements(model, name, curve=shown))
    return run


def planned(world: World) -> CutPlan:
    return show_plan(world.charter, contracts_of_orders(), catalog=world.catalog, lake=world.lake)


def test_before_a_training_nobody_knows_what_fits_take(world: World) -> None:
    plan = planned(world)
    assert plan.fits is None
    assert plan.more is not None
    assert plan.more.unknown == "no training has been judged yet"


def test_fits_go_by_the_newest_judged_run_that_is_no_rerun(world: World) -> None:
    judged(world, "old", 0, 10)
    judged(world, "new", 1, 50)
    judged(world, "again", 2, 70, parent="old")
    world.catalog.begin_run(a_run(id="open", at=NOON + timedelta(hours=3)))
    plan = planned(world)
    assert plan.fits is not None
    # Two trials and three fits like the best one, on 50 rows.
    assert (plan.fits.run, plan.fits.measured_rows) == ("new", 50)
    assert plan.fits.seconds == pytest.approx((40 + 3 * 30) * plan.rows / 50)
    assert plan.more is not None
    assert (plan.more.gain, plan.more.metric, plan.more.run) == (GAIN, "log_loss", "new")


def test_a_run_without_a_curve_says_that_it_had_too_few_rows(world: World) -> None:
    judged(world, "new", 1, 50, curve=False)
    more = planned(world).more
    assert more is not None
    assert more.unknown is not None
    assert more.unknown.startswith("run new had too few")
