from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.domain.charter import IntendedUse
from serin.domain.experiments import Contest
from serin.domain.judgement.evidence import Sample
from serin.domain.measurements import Bin, Estimate, Measurements
from serin.domain.metrics import VALUE
from serin.services.show_card import show_card
from tests.builders import NOON, a_charter, a_part, a_release, a_run, a_training_set, a_trial, a_version, an_upload

CHARTER = a_charter(intended_use=IntendedUse("Call the customer.", ("pay of drivers",)))
BLOCKS = (0.6, 0.7, 0.8, 0.7)
CONTEST = Contest(
    400,
    {"roc_auc": 0.7, "log_loss": 0.5},
    {"roc_auc": 0.6},
    4,
    samples={"roc_auc": Sample(BLOCKS, 400, ordered=True), VALUE: Sample((900.0, 1100.0), 400)},
)


@pytest.fixture
def catalog() -> MemoryCatalog:
    catalog = MemoryCatalog()
    upload = an_upload(dataset="orders", scorecard={})
    assert catalog.record_accepted(upload, a_part(upload), catalog.head("orders"))
    catalog.save_training_set(a_training_set(heads={"orders": catalog.head("orders").digest}, copies=3))
    run = a_run(training_set="set1", contest=CONTEST, best=a_trial(1), kept_from_judging={"copies": 3})
    assert catalog.begin_run(run)
    assert catalog.register(a_version(1, charter=CHARTER.digest(), metrics=CONTEST.challenger))
    return catalog


def test_each_part_is_what_is_stored_and_intervals_are_of_the_kept_blocks(catalog: MemoryCatalog) -> None:
    bins = (Bin(0.3, Estimate(0.32, 200, 14, 0.3, 0.34)),)
    catalog.save_measurements(Measurements("late-orders", "r1", calibration=bins))
    for number, version in ((1, 1), (2, 2)):
        catalog.save_release(a_release(id=f"rel{number}", version=version, at=NOON + timedelta(hours=number)))
    card = show_card(CHARTER, 1, catalog=catalog)
    assert (card.design.intended_for, card.design.not_for, card.design.own) == (
        *("Call the customer.", ("pay of drivers",), True),
    )
    auc, loss = card.metrics
    assert (auc.name, auc.champion, auc.floor, auc.estimate.rows, auc.estimate.blocks) == ("roc_auc", 0.6, 0.6, 400, 4)
    assert auc.estimate.value == pytest.approx(0.7)
    assert auc.estimate.low is not None
    assert auc.estimate.low < 0.64
    assert (loss.estimate.value, loss.estimate.low) == (0.5, None)
    assert card.value is not None
    assert card.value.value == 1000
    assert card.data is not None
    assert (card.data.rows, card.data.learnt, card.data.copies, card.data.left_out) == (1000, 800, 3, {"copies": 3})
    assert [(source.dataset, source.uploads, source.rows) for source in card.sources] == [("orders", 1, 2)]
    assert card.measured == Measurements("late-orders", "r1", calibration=bins)
    assert [release.id for release in card.releases] == ["rel1"]


def test_what_nothing_stored_can_fill_is_named_with_what_would(catalog: MemoryCatalog) -> None:
    known = {one.part: one for one in show_card(CHARTER, 1, catalog=catalog).missing}
    assert set(known) == {"metrics", "slices", "calibration", "value", "explanation", "in use"}
    assert known["slices"].remedy == "Add design.requirements.slices to the charter."
    catalog.register(a_version(2, run="unknown", training_set="unknown"))
    bare = show_card(replace(CHARTER, intended_use=None), 2, catalog=catalog)
    assert {"data", "intended use"} <= {one.part for one in bare.missing}
    assert (bare.design.own, bare.data, bare.trials) == (False, None, 0)
