"""Who may ask a model for predictions may have a file scored, and see how far that is."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from serin.domain.batches import Batch, BatchPart, BatchPlan, plan_at
from serin.domain.records import as_record
from serin.domain.releases import Live
from tests.builders import NOON, a_version
from tests.unit.http.api import MODEL, Api

SCOPE = f"predict:{MODEL}"
PATH = f"/models/{MODEL}/batch"
FILE = {"file": "orders.csv"}


@pytest.fixture
def api() -> Api:
    api = Api()
    api.catalog.register(a_version(1))
    lease = api.control.acquire(MODEL, "rel1", NOON, timedelta(minutes=1))
    assert lease is not None
    api.control.finish(Live(MODEL, 1, "2", "rel1", lease.epoch, NOON), lease)
    api.uploads.put(f"batch/{MODEL}/orders.csv", b"a")
    return api


def test_a_batch_begins_once_for_a_key_and_says_how_far_it_is(api: Api) -> None:
    begun = [api.ask("POST", PATH, SCOPE, FILE, key="again") for _ in range(2)]
    assert [answer.status_code for answer in begun] == [202, 202]
    assert begun[0].json() == begun[1].json() == {"batch": begun[0].json()["batch"], "version": 1}
    ((name, batch),) = api.workflows.batches.items()
    shown = api.ask("GET", f"{PATH}/{name}", SCOPE)
    assert shown.json() == {"batch": as_record(batch), "status": "running", "done": 0}
    plan = BatchPlan(batch, "s1", (BatchPart("p1", 0, 7), BatchPart("p2", 1, 5)))
    api.lake.put(plan_at(MODEL, name), json.dumps(as_record(plan)).encode())
    api.lake.put(f"batch/{MODEL}/parts/s1/p2.json", b"{}")
    assert api.ask("GET", f"{PATH}/{name}", SCOPE).json() | {"batch": 0} == {
        **{"batch": 0, "status": "running"},
        **{"parts": 2, "done": 1, "rows": 12},
    }


@pytest.mark.parametrize(
    ("scope", "body", "status"),
    [
        ("read", FILE, 403),
        ("predict:another", FILE, 403),
        (SCOPE, {"file": "there-is-none.csv"}, 404),
        (SCOPE, {"file": "../late-orders/orders.csv"}, 422),
        (SCOPE, {"file": "orders.csv", "version": 9}, 404),
        (SCOPE, {"file": "orders.csv", "rows": 9}, 422),
        (SCOPE, {}, 422),
    ],
)
def test_what_cannot_be_scored_does_not_begin(api: Api, scope: str, body: object, status: int) -> None:
    assert api.ask("POST", PATH, scope, body).status_code == status
    assert not api.workflows.batches


def test_nobody_sees_a_batch_of_a_model_they_may_not_ask(api: Api) -> None:
    batch: Batch
    name = api.ask("POST", PATH, SCOPE, FILE).json()["batch"]
    assert [api.ask("GET", f"{PATH}/{name}", scope).status_code for scope in (SCOPE, "read")] == [200, 403]
    (batch,) = api.workflows.batches.values()
    assert batch.by == "ana"
    assert api.ask("GET", f"{PATH}/{0:032}", SCOPE).status_code == 404
    assert api.ask("GET", f"{PATH}/nothing", SCOPE).status_code == 404
