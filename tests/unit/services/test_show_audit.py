from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.domain.access import Token
from serin.domain.auditing.entry import Entry
from serin.domain.datasets import DatasetHead
from serin.domain.release_record import Directive
from serin.domain.releases import ReleaseStep
from serin.services.show_audit import show_audit
from tests.builders import NOON, a_charter, a_part, a_release, a_run, an_upload

CHARTERS = {"late-orders": a_charter(), "early-orders": replace(a_charter(), model="early-orders")}


def a_stage() -> tuple[MemoryCatalog, MemoryControl]:
    """Something in every area, a minute apart: the catalog's first, then what the control table has."""
    catalog, control = MemoryCatalog(), MemoryControl()
    upload = an_upload(dataset="orders", at=NOON)
    catalog.record_accepted(upload, a_part(upload), DatasetHead("orders"))
    catalog.begin_run(a_run(at=NOON + timedelta(minutes=1)))
    catalog.begin_run(a_run(at=NOON + timedelta(minutes=2), model="early-orders"))
    catalog.save_release(a_release(status="waiting", at=NOON + timedelta(minutes=3)))
    catalog.add_step("late-orders", ReleaseStep("rel1", "begin", NOON + timedelta(minutes=4), "lease 1"))
    control.save_directive(Directive("late-orders", "rel1", "hold", "ana", NOON + timedelta(minutes=5)))
    token = Token("f" * 64, "ana", ("read",), NOON + timedelta(minutes=6), NOON + timedelta(days=1))
    control.save_token(token.revoked_at(NOON + timedelta(minutes=7)))
    return catalog, control


def read(model: str | None, limit: int) -> list[Entry]:
    """All pages of that size."""
    catalog, control = a_stage()
    entries: list[Entry] = []
    page = show_audit(CHARTERS, model, limit, catalog=catalog, control=control)
    while True:
        entries += page.items
        if page.next is None:
            return entries
        page = show_audit(CHARTERS, model, limit, page.next, catalog=catalog, control=control)


def test_the_audit_of_a_model_has_its_datasets_and_no_other_model() -> None:
    assert [entry.what for entry in read("late-orders", 100)] == [
        *("wished", "step taken", "release began", "training began", "upload accepted")
    ]


def test_the_audit_of_the_stage_has_the_tokens_too() -> None:
    entries = read(None, 100)
    assert [entry.what for entry in entries] == [
        *("token revoked", "token made", "wished", "step taken", "release began"),
        *("training began", "training began", "upload accepted"),
    ]
    assert [entry.owner for entry in entries[:2]] == ["stage", "stage"]


def test_pages_of_any_size_are_the_same_list() -> None:
    whole = read(None, 100)
    for limit in range(1, len(whole) + 1):
        assert read(None, limit) == whole
