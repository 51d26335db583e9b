from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.world import MemoryWorkflows
from serin.domain import errors
from serin.domain.records import as_record
from serin.domain.releases import Live, ReleaseStep
from serin.http.app import make_app
from serin.http.errors import STATUS
from tests.builders import NOON, a_charter, a_part, a_release, a_run, a_version, an_upload

MODEL = "late-orders"
START = {"action": "start"}
ROUTES = [
    ("GET", "/uploads?dataset=flights"),
    ("GET", "/datasets/flights"),
    ("GET", f"/runs?model={MODEL}"),
    ("GET", "/models"),
    ("GET", f"/models/{MODEL}/versions"),
    ("GET", f"/models/{MODEL}/releases"),
    ("POST", f"/models/{MODEL}/train"),
    ("POST", f"/models/{MODEL}/releases"),
]


@dataclass
class Api:
    """The application over ports in memory, asked as the gateway asks it."""

    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    control: MemoryControl = field(default_factory=MemoryControl)
    workflows: MemoryWorkflows = field(default_factory=MemoryWorkflows)

    def __post_init__(self) -> None:
        self.app = make_app({MODEL: a_charter()}, self.catalog, self.control, self.workflows)

    def ask(self, method: str, path: str, scopes: str | None = "read", body: Any = None) -> httpx.Response:
        """The answer to one request; `scopes` None is a call that no authorizer has seen."""
        found = None if scopes is None else {"lambda": {"owner": "ana", "scopes": scopes}}

        async def with_event(scope: Scope, receive: Receive, send: Send) -> None:
            context = {} if found is None else {"authorizer": found}
            await self.app({**scope, "aws.event": {"requestContext": context}}, receive, send)

        async def answered() -> httpx.Response:
            transport = httpx.ASGITransport(with_event)
            async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
                return await client.request(method, path, json=body)

        return asyncio.run(answered())


@pytest.fixture
def api() -> Api:
    return Api()


def body_of(path: str) -> Any:
    return START if path.endswith("/releases") else None


@pytest.mark.parametrize(
    "scopes", [None, "", "write", "predict:late-orders", "train:early-orders release:early-orders"]
)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_answers_without_its_scope(api: Api, method: str, path: str, scopes: str | None) -> None:
    api.catalog.register(a_version(1))
    answer = api.ask(method, path, scopes, body_of(path) if method == "POST" else None)
    assert answer.status_code == 403
    assert answer.json()["error"]["kind"] == "denied"
    assert (api.workflows.trainings, api.workflows.releases) == ({}, {})


def test_every_route_of_the_application_is_in_that_test(api: Api) -> None:
    offered = {
        (method, route.path.format(dataset="flights", model=MODEL))
        for route in api.app.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    assert offered == {(method, path.partition("?")[0]) for method, path in ROUTES}


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[0] == "GET"])
def test_whoever_may_read_may_read_everything(api: Api, method: str, path: str) -> None:
    assert api.ask(method, path).status_code == 200


def test_uploads_are_listed_with_what_became_of_them(api: Api) -> None:
    upload = an_upload(status="rejected", rows=0, accepted=0, quarantined=0, reason="empty", remedy="fill it")
    api.catalog.record_rejected(upload)
    assert api.ask("GET", "/uploads?dataset=flights").json() == [as_record(upload)]
    assert api.ask("GET", "/uploads?dataset=planes").json() == []


def test_a_dataset_shows_its_head_and_its_arrivals(api: Api) -> None:
    upload = an_upload()
    head = api.catalog.head("flights")
    api.catalog.record_accepted(upload, a_part(upload), head)
    api.catalog.note_arrival("flights", upload.key, "v1", upload.id)
    found = api.ask("GET", "/datasets/flights").json()
    assert (found["head"]["sequence"], found["head"]["rows"]) == (1, 2)
    assert found["arrivals"] == {f"{upload.key}@v1": upload.id}


def test_a_model_shows_what_it_is_for_and_what_is_live(api: Api) -> None:
    (before,) = api.ask("GET", "/models").json()
    assert before == {"model": MODEL, "problem": "Will this order be late?", "live": None}
    lease = api.control.acquire(MODEL, "rel1", NOON, NOON - NOON.replace(hour=1))
    assert lease is not None
    api.control.finish(Live(MODEL, 1, "2", "rel1", 1, NOON), lease)
    assert api.ask("GET", "/models").json()[0]["live"]["version"] == 1


def test_runs_versions_and_releases_are_listed(api: Api) -> None:
    api.catalog.begin_run(a_run())
    api.catalog.register(a_version(1))
    api.catalog.save_release(a_release(status="live"))
    api.catalog.add_step(MODEL, ReleaseStep("rel1", "begin", NOON, "lease 1"))
    assert api.ask("GET", f"/runs?model={MODEL}").json() == [as_record(a_run())]
    assert api.ask("GET", f"/models/{MODEL}/versions").json() == [as_record(a_version(1))]
    (release,) = api.ask("GET", f"/models/{MODEL}/releases").json()
    assert (release["id"], release["status"]) == ("rel1", "live")
    assert [step["found"] for step in release["steps"]] == ["lease 1"]


@pytest.mark.parametrize("scope", ["train:late-orders", "train:*"])
def test_whoever_may_train_the_model_starts_a_training(api: Api, scope: str) -> None:
    answer = api.ask("POST", f"/models/{MODEL}/train", scope)
    assert answer.status_code == 202
    assert api.workflows.trainings == {answer.json()["run"]: (MODEL, "call")}


def test_a_release_starts_with_the_version_that_was_asked_for(api: Api) -> None:
    for number in (1, 2):
        api.catalog.register(a_version(number))
    answer = api.ask("POST", f"/models/{MODEL}/releases", "release:late-orders", {**START, "version": 1})
    assert answer.status_code == 202
    assert api.workflows.releases == {answer.json()["release"]: (MODEL, 1, "call")}


def test_a_release_of_no_version_in_particular_is_of_the_newest(api: Api) -> None:
    for number in (1, 2):
        api.catalog.register(a_version(number))
    answer = api.ask("POST", f"/models/{MODEL}/releases", "release:*", START)
    assert api.workflows.releases == {answer.json()["release"]: (MODEL, 2, "call")}


def test_a_rollback_without_anything_live_is_a_conflict(api: Api) -> None:
    answer = api.ask("POST", f"/models/{MODEL}/releases", "release:*", {"action": "rollback"})
    assert (answer.status_code, answer.json()["error"]["kind"]) == (409, "conflict")


def test_a_rollback_starts_with_what_was_live_before(api: Api) -> None:
    for number in (1, 2):
        api.catalog.register(a_version(number))
    api.catalog.save_release(a_release(version=2, previous=1, status="live"))
    lease = api.control.acquire(MODEL, "rel1", NOON, NOON - NOON.replace(hour=1))
    assert lease is not None
    api.control.finish(Live(MODEL, 2, "3", "rel1", 1, NOON), lease)
    answer = api.ask("POST", f"/models/{MODEL}/releases", "release:*", {"action": "rollback"})
    assert api.workflows.releases == {answer.json()["release"]: (MODEL, 1, "rollback")}


ALL = "read train:* release:*"


@pytest.mark.parametrize(
    ("method", "path", "body", "found"),
    [
        ("GET", "/runs?model=cakes", None, "There is no model 'cakes'; deployed: late-orders."),
        ("GET", "/models/cakes/versions", None, "There is no model 'cakes'"),
        ("POST", "/models/cakes/train", None, "There is no model 'cakes'"),
        ("POST", "/models/cakes/releases", START, "There is no model 'cakes'"),
        ("POST", f"/models/{MODEL}/releases", START, "No version of late-orders is registered."),
        ("POST", f"/models/{MODEL}/releases", {**START, "version": 9}, "There is no version 9 of late-orders."),
    ],
)
def test_what_there_is_not_is_said_with_a_remedy(api: Api, method: str, path: str, body: Any, found: str) -> None:
    answer = api.ask(method, path, ALL, body)
    error = answer.json()["error"]
    assert (answer.status_code, error["kind"]) == (404, "not_found")
    assert found in error["message"]
    assert error["remedy"]


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("GET", "/uploads", None, "query.dataset"),
        ("GET", "/uploads?dataset=A", None, "dataset"),
        ("GET", "/datasets/a_b", None, "dataset"),
        ("GET", "/models/A/versions", None, "model"),
        ("POST", f"/models/{MODEL}/releases", None, "body"),
        ("POST", f"/models/{MODEL}/releases", {}, "body.action"),
        ("POST", f"/models/{MODEL}/releases", {"action": "destroy"}, "body.action"),
        ("POST", f"/models/{MODEL}/releases", {**START, "version": 0}, "body.version"),
        ("POST", f"/models/{MODEL}/releases", {**START, "version": "x"}, "body.version"),
        ("POST", f"/models/{MODEL}/releases", {**START, "colour": "red"}, "body.colour"),
    ],
)
def test_a_wrong_request_is_refused_by_the_field_that_is_wrong(
    api: Api, method: str, path: str, body: Any, field: str
) -> None:
    answer = api.ask(method, path, ALL, body)
    error = answer.json()["error"]
    assert (answer.status_code, error["kind"], error["field"]) == (422, "invalid", field)
    assert set(error) == {"kind", "message", "remedy", "field"}


def test_every_kind_of_error_has_a_status() -> None:
    kinds = {kind.kind for kind in vars(errors).values() if isinstance(kind, type) and kind is not errors.SerinError}
    assert kinds == set(STATUS)
    assert len(kinds) >= 8


def test_an_unknown_route_answers_in_the_one_error_shape() -> None:
    assert Api().ask("GET", "/nothing").json()["error"]["kind"] == "not_found"


def test_a_rollback_takes_no_version() -> None:
    wanted = {"action": "rollback", "version": 3}
    assert Api().ask("POST", f"/models/{MODEL}/releases", "release:*", wanted).status_code == 422
