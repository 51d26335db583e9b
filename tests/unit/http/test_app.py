from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from serin.domain import errors
from serin.domain.approvals import ANSWER_WITHIN, asked
from serin.domain.card import Card
from serin.domain.datasets import Upload
from serin.domain.experiments import TrialResult
from serin.domain.fills import Fill
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.models import listed_version
from serin.domain.prediction_ids import prediction_id
from serin.domain.profiles import Association, ColumnProfile, Profile
from serin.domain.records import as_record, from_record
from serin.domain.release_record import Directive, ReleasePlan, Shift
from serin.domain.releases import Live, ReleaseStep
from serin.domain.sources import Acquisition, Source
from serin.domain.watched import WatchState
from serin.http.errors import STATUS
from serin.services.collect_predictions import collect_predictions
from serin.services.online_features import Answer, Question
from tests.builders import (
    LOG_STREAM,
    NOON,
    a_charter,
    a_judged,
    a_part,
    a_plan,
    a_prediction_line,
    a_profile_made,
    a_published,
    a_release,
    a_run,
    a_training_set,
    a_trial,
    a_version,
    an_upload,
    kinds_of_errors,
)
from tests.unit.http.api import MODEL, Api

START = {"action": "start"}
PREDICTION = prediction_id(MODEL, NOON, bytes(10))
ROUTES = [
    ("GET", "/openapi.json"),
    ("GET", "/uploads?dataset=flights"),
    ("GET", "/datasets"),
    ("GET", "/datasets/orders"),
    ("GET", "/datasets/orders/profile"),
    ("GET", "/sources"),
    ("GET", f"/runs?model={MODEL}"),
    ("GET", f"/runs/compare?model={MODEL}"),
    ("GET", "/models"),
    ("GET", f"/models/{MODEL}/versions"),
    ("GET", f"/models/{MODEL}/versions/1/lineage"),
    ("GET", f"/models/{MODEL}/versions/1/card"),
    ("GET", f"/approvals?model={MODEL}"),
    ("GET", "/audit"),
    ("POST", f"/models/{MODEL}/approvals/a1"),
    ("GET", f"/models/{MODEL}/releases"),
    ("GET", f"/models/{MODEL}/releases/rel1"),
    ("GET", f"/models/{MODEL}/views"),
    ("GET", f"/models/{MODEL}/plan"),
    ("GET", f"/models/{MODEL}/maturity"),
    ("GET", f"/models/{MODEL}/watch"),
    ("GET", f"/models/{MODEL}/health"),
    ("GET", f"/models/{MODEL}/cost"),
    ("GET", f"/predictions/{PREDICTION}"),
    ("POST", f"/models/{MODEL}/train"),
    ("POST", f"/models/{MODEL}/releases"),
    ("POST", f"/models/{MODEL}/releases/rel1/hold"),
    ("POST", f"/models/{MODEL}/versions/1/withdraw"),
    ("POST", f"/models/{MODEL}/watch/amount/acknowledge"),
    ("POST", f"/models/{MODEL}/watch/amount/close"),
    ("POST", f"/models/{MODEL}/feedback"),
    ("POST", "/get-online-features"),
    ("POST", f"/models/{MODEL}/views"),
]
SERVED = {f"/models/{MODEL}/ping": 404, f"/models/{MODEL}/v2": 200, f"/models/{MODEL}/v2/health/live": 200}
"""What clients of other servers ask with the scope of a prediction, and the status while nothing is released."""
ASKED = {"entities": {"shop": ["north"]}, "features": ["queue:length"]}


@pytest.fixture
def api() -> Api:
    return Api()


def body_of(path: str) -> Any:
    return {
        "releases": START,
        "withdraw": {"why": "it knows the answer"},
        "views": {},
        "feedback": {"instances": [{"prediction_id": PREDICTION, "rating": 4}]},
        "get-online-features": ASKED,
    }.get(path.rpartition("/")[2])


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


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"action": 7}', b"[" * 100, b'{"version": -1, "x": 1e999}'])
@pytest.mark.parametrize("model", [MODEL, "early-orders", "nobody", "no name", "%1b[2J", "..", "a" * 100])
@pytest.mark.parametrize("work", ["train", "releases", "views", "feedback", "batch"])
def test_a_token_of_another_model_learns_neither_names_nor_what_is_wrong_with_its_request(
    api: Api, work: str, model: str, content: bytes | None
) -> None:
    answer = api.ask("POST", f"/models/{model}/{work}", "train:mine release:mine predict:mine", content=content)
    if answer.status_code != 404 or "There is no POST" not in answer.text:
        assert (answer.status_code, answer.json()["error"]["kind"]) == (403, "denied")
    assert model == MODEL or MODEL not in answer.text


@pytest.mark.parametrize(
    ("work", "action"), [("train", "train"), ("releases", "release"), ("views", "train"), ("feedback", "feedback")]
)
def test_a_token_of_a_model_that_is_gone_learns_no_other_ones_name(api: Api, work: str, action: str) -> None:
    answer = api.ask("POST", f"/models/gone/{work}", f"{action}:gone", body_of(work))
    assert (answer.status_code, MODEL in answer.text) == (404, False)


@pytest.mark.parametrize("path", ["/runs", "/runs?model=nobody", "/uploads?limit=x", "/models/no/versions/x/lineage"])
def test_without_the_scope_nobody_learns_what_is_wrong_with_a_question(api: Api, path: str) -> None:
    assert api.ask("GET", path, f"train:{MODEL}").status_code == 403


def test_every_route_of_the_application_is_in_that_test(api: Api) -> None:
    parts = {"dataset": "orders", "model": MODEL, "version": 1, "release": "rel1", "wish": "hold"}
    parts |= {"prediction": PREDICTION, "episode": "amount", "path": "health/live", "approval": "a1", "batch": "b1"}
    offered = {
        (method.upper(), path.format(**parts)) for path, item in api.app.openapi()["paths"].items() for method in item
    }
    hidden = {("GET", "/openapi.json")}
    known = {(method, path.partition("?")[0]) for method, path in ROUTES} | {("GET", path) for path in SERVED}
    # Who may ask for predictions may ask for these: tests.unit.http.test_batches.
    batches = {("POST", f"/models/{MODEL}/batch"), ("GET", f"/models/{MODEL}/batch/b1")}
    assert offered | hidden == known | batches


@pytest.mark.parametrize("name", ["amount", "shop=N/A", "shop=", "shop=a/close"])
def test_an_episode_is_found_by_its_name_as_the_gateway_passes_paths_on_decoded(api: Api, name: str) -> None:
    api.catalog.save_watch(WatchState(MODEL, episodes=(Episode(name, NOON, "It has drifted.", NOON),), revision=1))
    answer = api.ask("POST", f"/models/{MODEL}/watch/{quote(name)}/acknowledge", f"train:{MODEL}")
    assert (answer.status_code, answer.json()["feature"]) == (200, name)


@pytest.mark.parametrize("path", SERVED)
def test_who_may_ask_for_predictions_may_ask_whether_there_are_any(api: Api, path: str) -> None:
    assert api.ask("GET", path, f"predict:{MODEL}").status_code == SERVED[path]
    assert api.ask("GET", path, f"read predict:early-orders feedback:{MODEL}").status_code == 403


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[0] == "GET"])
def test_whoever_may_read_may_read_everything(api: Api, method: str, path: str) -> None:
    api.catalog.save_release(a_release())
    api.catalog.register(a_version(1))
    collect_predictions("late-orders", LOG_STREAM, [a_prediction_line(PREDICTION)], lake=api.lake)
    a_profile_is_made(api)
    assert api.ask(method, path).status_code == 200


def a_profile_is_made(api: Api, **parts: Any) -> None:
    made = a_profile_made(**parts)
    columns = (ColumnProfile("amount", "number", 0, association=Association(0.5, 3, auc=0.75)),)
    profile = Profile(made.dataset, 3, 3, columns, 1, ({"amount": "1"}, {"amount": None}))
    api.lake.put(made.key, json.dumps(as_record(profile)).encode())
    assert api.catalog.save_profile(made)


def test_a_profile_is_shown_as_it_was_made_with_the_datasets_rows_by_now(api: Api) -> None:
    a_profile_is_made(api)
    found = api.ask("GET", f"/datasets/orders/profile?model={MODEL}").json()
    assert (found["made"]["id"], found["rows_now"], found["profile"]["of_rows"]) == ("p1", 0, 3)
    (column,) = found["profile"]["columns"]
    assert column["association"] == {"strength": 0.5, "rows": 3, "auc": 0.75}
    assert found["profile"]["examples"] == [{"amount": "1"}, {"amount": None}]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/datasets/orders/profile", 404, "There is no profile of orders yet."),
        ("/datasets/planes/profile", 404, "No model reads a dataset 'planes'."),
        (f"/datasets/planes/profile?model={MODEL}", 404, f"{MODEL} reads no dataset 'planes'."),
        ("/datasets/orders/profile?model=returns", 404, "There is no model 'returns'."),
        ("/datasets/orders/profile?model=%2e%2e%2fx", 422, "model '../x' is not a name."),
        ("/datasets/..x/profile", 422, "dataset '..x' is not a name."),
    ],
)
def test_a_profile_that_is_not_there_is_said_with_a_remedy(api: Api, path: str, status: int, said: str) -> None:
    answer = api.ask("GET", path)
    assert (answer.status_code, answer.json()["error"]["message"]) == (status, said)
    assert answer.json()["error"]["remedy"]


def test_uploads_are_listed_with_what_became_of_them(api: Api) -> None:
    upload = an_upload(status="rejected", rows=0, accepted=0, quarantined=0, reason="empty", remedy="fill it")
    api.catalog.record_rejected(upload)
    assert api.ask("GET", "/uploads?dataset=flights").json() == {"items": [as_record(upload)]}
    assert api.ask("GET", "/uploads?dataset=planes").json() == {"items": []}


def test_an_object_is_found_as_the_upload_it_turned_out_to_be(api: Api) -> None:
    upload = an_upload()
    api.catalog.record_accepted(upload, a_part(upload), api.catalog.head("flights"))
    api.catalog.note_arrival("flights", upload.key, "v1", upload.id)
    found = api.ask("GET", f"/uploads?dataset=flights&object={upload.key}@v1").json()
    assert found == {"items": [as_record(upload)]}
    assert api.ask("GET", f"/uploads?dataset=flights&object={upload.key}@v2").json() == {"items": []}


def test_datasets_are_shown_with_how_much_there_is_of_them(api: Api) -> None:
    upload = an_upload(dataset="orders", key="raw/orders/a.csv")
    api.catalog.record_accepted(upload, a_part(upload), api.catalog.head("orders"))
    (orders, shops) = api.ask("GET", "/datasets").json()["items"]
    assert (orders["dataset"], orders["sequence"], orders["rows"]) == ("orders", 1, 2)
    assert (shops["dataset"], shops["sequence"], shops["rows"]) == ("shops", 0, 0)
    assert api.ask("GET", "/datasets/orders").json() == orders


def test_sources_are_shown_with_the_last_look_at_them(api: Api) -> None:
    assert api.ask("GET", "/sources").json() == {"items": []}
    orders, shops = a_charter().datasets
    source = Source("acme", "shop/", timedelta(hours=6))
    api.charters = {MODEL: a_charter(datasets=(replace(orders, source=source), shops))}
    before = {"dataset": "orders", "source": "s3://acme/shop/", "every_minutes": 360}
    assert api.ask("GET", "/sources").json() == {"items": [before]}
    look = Acquisition("orders", source.url, "run1", NOON, seen=3, copied=2, refused=1, error="no", remedy="do")
    api.catalog.save_acquisition(look)
    assert api.ask("GET", "/sources").json() == {"items": [{**before, "last": as_record(look)}]}


def test_a_model_shows_what_it_is_for_and_what_is_live(api: Api) -> None:
    (before,) = api.ask("GET", "/models").json()["items"]
    assert before == {"model": MODEL, "task": "binary", "problem": "Will this order be late?"}
    lease = api.control.acquire(MODEL, "rel1", NOON, NOON - NOON.replace(hour=1))
    assert lease is not None
    api.control.finish(Live(MODEL, 1, "2", "rel1", 1, NOON), lease)
    assert api.ask("GET", "/models").json()["items"][0]["live"]["version"] == 1


def test_a_version_is_withdrawn_by_who_may_release_and_the_list_says_why(api: Api) -> None:
    api.catalog.register(a_version(1))
    path, why = f"/models/{MODEL}/versions/1/withdraw", {"why": "it knows the answer"}
    assert api.ask("POST", path, "train:*", why).status_code == 403
    assert api.ask("POST", path, "release:*", {}).status_code == 422
    found = api.ask("POST", path, f"release:{MODEL}", why).json()
    assert (found["version"], found["why"], found["by"]) == (1, "it knows the answer", "ana")
    (listed,) = api.ask("GET", f"/models/{MODEL}/versions").json()["items"]
    assert listed == {**as_record(a_version(1)), "withdrawn": found}
    assert api.ask("POST", path, "release:*", why).status_code == 409
    assert api.ask("POST", f"/models/{MODEL}/releases", "release:*", {**START, "version": 1}).status_code == 409


def test_runs_versions_and_releases_are_listed_as_the_catalog_has_them(api: Api) -> None:
    run = a_run(status="registered", trials=(TrialResult(a_trial(), {"roc_auc": 0.7}, 1.5),), best=a_trial())
    version, release = a_version(1), a_release(status="live", previous=3)
    api.catalog.begin_run(run)
    api.catalog.register(version)
    api.catalog.save_release(release)
    api.catalog.add_step(MODEL, ReleaseStep("rel1", "begin", NOON, "lease 1"))
    for path, item in (
        (f"/runs?model={MODEL}", run),
        (f"/models/{MODEL}/versions", listed_version(version, None, "champion")),
        (f"/models/{MODEL}/releases", release),
    ):
        assert api.ask("GET", path).json() == {"items": [as_record(item)]}
    found = api.ask("GET", f"/models/{MODEL}/releases/rel1").json()
    assert found["release"] == as_record(release)
    assert [step["found"] for step in found["steps"]] == ["lease 1"]


def test_a_release_is_shown_with_its_plan_its_shares_and_every_judgement(api: Api) -> None:
    api.catalog.save_release(a_release())
    plan, judged, shift = a_plan(), a_judged(), Shift("rel1", 10, NOON, NOON)
    api.catalog.save_plan(plan)
    api.catalog.add_shift(MODEL, shift)
    api.catalog.add_judged(MODEL, judged)
    found = api.ask("GET", f"/models/{MODEL}/releases/rel1").json()
    assert from_record(ReleasePlan, found["plan"]) == plan
    assert [found["judged"][0]["sentence"], found["judged"][0]["candidate"]["calls"]] == [judged.sentence, 41]
    assert [item["weight"] for item in found["shifts"]] == [10]


def test_who_may_release_the_model_directs_its_release(api: Api) -> None:
    api.catalog.save_release(a_release())
    path = f"/models/{MODEL}/releases/rel1/"
    assert api.ask("POST", f"{path}hold", "release:early-orders").status_code == 403
    found = api.ask("POST", f"{path}hold", f"release:{MODEL}")
    assert (found.status_code, found.json()["wish"], found.json()["by"]) == (202, "hold", "ana")
    assert api.control.directive(MODEL) == Directive(MODEL, "rel1", "hold", "ana", NOON)
    assert api.ask("POST", f"{path}abort", "release:*").status_code == 202
    (event,) = api.events.published
    assert (event.name, event.detail["release"], event.correlation) == ("Release Abort Wanted", "rel1", "call-1")
    assert api.ask("POST", f"{path}promote", "release:*").status_code == 422
    assert api.ask("POST", f"/models/{MODEL}/releases/rel9/hold", "release:*").status_code == 404


def trained_on_an_upload(api: Api) -> Upload:
    upload = an_upload(dataset="orders")
    api.catalog.record_accepted(upload, a_part(upload), api.catalog.head("orders"))
    heads = {"orders": api.catalog.head("orders").digest}
    api.catalog.save_training_set(a_training_set(heads=heads, definitions={"queue": "d1"}))
    api.catalog.begin_run(a_run(training_set="set1", status="registered", version=1))
    api.catalog.begin_run(a_run(id="r2", training_set="set2", status="skipped"))
    api.catalog.register(a_version(1))
    return upload


def test_a_question_is_answered_once_by_whoever_has_the_scope(api: Api) -> None:
    put = asked(MODEL, "rel2", 2, "Shall it?", {"errors": 1.5}, "digest", NOON)
    assert api.catalog.save_approval(put)
    path, yes = f"/models/{MODEL}/approvals/{put.id}", {"answer": "approve", "why": "it is good"}
    assert api.ask("GET", f"/approvals?model={MODEL}").json()["items"] == [as_record(put)]
    assert api.ask("POST", path, "release:late-orders read", yes).status_code == 403
    found = api.ask("POST", path, "approve:late-orders", yes).json()
    assert (found["status"], found["answer"]["by"], found["answer"]["token"]) == ("approved", "ana", "t1")
    assert api.ask("POST", path, "approve:late-orders", yes).json() == found
    other = api.ask("POST", path, "approve:late-orders", {"answer": "reject"})
    assert (other.status_code, "is approved by ana" in other.text) == (409, True)
    late = asked(MODEL, "rel3", 2, "Shall it?", {}, "digest", NOON - ANSWER_WITHIN)
    assert api.catalog.save_approval(late)
    assert "is expired" in api.ask("POST", f"/models/{MODEL}/approvals/{late.id}", "approve:*", yes).text


def test_a_version_has_a_card_that_names_what_is_not_known(api: Api) -> None:
    trained_on_an_upload(api)
    found = api.ask("GET", f"/models/{MODEL}/versions/1/card").json()
    card = from_record(Card, found)
    assert as_record(card) == found
    assert (card.design.problem, card.version) == ("Will this order be late?", 1)
    assert "intended use" in {one.part for one in card.missing}


def test_a_version_is_traced_to_its_run_its_training_set_its_uploads_and_its_views(api: Api) -> None:
    upload = trained_on_an_upload(api)
    found = api.ask("GET", f"/models/{MODEL}/versions/1/lineage").json()
    assert found["version"] == as_record(a_version(1))
    assert (found["run"]["id"], found["training_set"]["id"]) == ("r1", "set1")
    (orders,) = found["datasets"]
    assert orders == {
        "dataset": "orders",
        "digest": api.catalog.head("orders").digest,
        "sequence": 1,
        "rows": 2,
        "uploads": [as_record(upload)],
        "earlier": 0,
    }
    assert found["views"] == [{"view": "queue", "definition": "d1"}]


def test_runs_are_narrowed_to_those_that_an_upload_went_into(api: Api) -> None:
    upload = trained_on_an_upload(api)
    found = api.ask("GET", f"/runs?model={MODEL}&upload={upload.id}").json()["items"]
    assert [run["id"] for run in found] == ["r1"]


def test_a_long_list_is_read_a_page_at_a_time(api: Api) -> None:
    for number in range(1, 6):
        api.catalog.register(a_version(number))
    path, found, after, pages = f"/models/{MODEL}/versions?limit=2", [], "", 0
    while pages == 0 or after:
        page = api.ask("GET", f"{path}&after={after}" if after else path).json()
        found += [item["version"] for item in page["items"]]
        after, pages = page.get("next", ""), pages + 1
    assert (found, pages) == ([5, 4, 3, 2, 1], 3)


@pytest.mark.parametrize("scope", ["train:late-orders", "train:*"])
def test_whoever_may_train_the_model_starts_a_training(api: Api, scope: str) -> None:
    answer = api.ask("POST", f"/models/{MODEL}/train", scope)
    assert answer.status_code == 202
    assert api.workflows.trainings == {answer.json()["run"]: (MODEL, "call")}
    assert api.workflows.correlations == {answer.json()["run"]: "call-1"}


def test_a_release_starts_with_the_version_that_was_asked_for(api: Api) -> None:
    for number in (1, 2):
        api.catalog.register(a_version(number))
    answer = api.ask("POST", f"/models/{MODEL}/releases", "release:late-orders", {**START, "version": 1})
    assert answer.status_code == 202
    assert api.workflows.releases == {answer.json()["release"]: (MODEL, 1, "call")}
    assert api.workflows.correlations == {answer.json()["release"]: "call-1"}


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
    assert api.workflows.correlations == {answer.json()["release"]: "call-1"}


ALL = "read train:* release:*"


@pytest.mark.parametrize(
    ("method", "path", "body", "found"),
    [
        ("GET", "/runs?model=cakes", None, "There is no model 'cakes'."),
        ("GET", "/models/cakes/versions", None, "There is no model 'cakes'"),
        ("POST", "/models/cakes/train", None, "There is no model 'cakes'"),
        ("POST", "/models/cakes/releases", START, "There is no model 'cakes'"),
        ("GET", f"/models/{MODEL}/versions/9/lineage", None, "There is no version 9 of late-orders."),
        ("GET", f"/runs?model={MODEL}&upload={'0' * 32}", None, "No dataset that late-orders reads has an upload '000"),
        ("GET", f"/models/{MODEL}/releases/rel9", None, "There is no release 'rel9' of late-orders."),
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
        ("GET", "/uploads?dataset=flights&limit=0", None, "query.limit"),
        ("GET", "/uploads?dataset=flights&limit=1001", None, "query.limit"),
        ("GET", "/uploads?dataset=flights&after=%0a", None, "query.after"),
        ("GET", "/models/A/versions", None, "model"),
        ("GET", f"/models/{MODEL}/versions/0/lineage", None, "path.version"),
        ("GET", f"/models/{MODEL}/versions/x/lineage", None, "path.version"),
        ("GET", f"/models/{MODEL}/versions/{10**9}/lineage", None, "path.version"),
        ("GET", f"/runs?model={MODEL}&upload=", None, "query.upload"),
        ("GET", f"/runs?model={MODEL}&upload=u1", None, "query.upload"),
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


ANSWERED = {
    **{
        "unsupported": 415,
        "invalid": 422,
        "rejected": 422,
        "too_large": 413,
        "not_found": 404,
        "denied": 403,
        "conflict": 409,
    },
    **{"not_released": 503, "unavailable": 503, "corrupt": 500, "model_failed": 500, "internal": 500},
}


@pytest.mark.parametrize("kind", kinds_of_errors(), ids=lambda kind: kind.kind)
def test_every_kind_of_error_is_answered_with_its_status(api: Api, kind: type[errors.SerinError]) -> None:
    def refuse(question: Question) -> Answer:
        raise kind("This was found.", "Do that.", "entities")

    api.read = refuse  # type: ignore[method-assign]
    answer = api.ask("POST", "/get-online-features", "features", ASKED)
    error = {"kind": kind.kind, "message": "This was found.", "remedy": "Do that.", "field": "entities"}
    assert (answer.status_code, answer.json()["error"]) == (ANSWERED[kind.kind], error)


def test_the_statuses_of_all_kinds_are_looked_at() -> None:
    assert {kind.kind for kind in kinds_of_errors()} == set(ANSWERED) == set(STATUS)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/models/", 404),
        ("DELETE", "/models", 405),
        ("GET", f"/models/{MODEL}/train", 405),
        ("GET", "/a%0ab%1b%5b31m%e2%80%ae", 404),
    ],
)
def test_a_path_or_method_nobody_answers_has_the_one_error_shape(api: Api, method: str, path: str, status: int) -> None:
    answer = api.ask(method, path)
    error = answer.json()["error"]
    assert (answer.status_code, error["kind"]) == (status, "not_found")
    assert error["message"].isprintable()
    assert "/openapi.json" in error["remedy"]


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"\xff\xfe{}", 422, "not UTF-8"),
        (b"{", 422, "not JSON"),
        (b'{"action": NaN}', 422, "NaN"),
        (b"[" * 100_000, 422, "nested deeper"),
        (b'{"action": "start", "action": "rollback"}', 422, "appears twice"),
        (b" " * 1_000_001, 413, "1000001 bytes"),
        (b'{"version": ' + b"9" * 1001 + b"}", 422, "1000 digits"),
        (b'{"a\\u001b[31m\\n": 1, "action": "start"}', 422, "a\\x1b[31m\\n: is not known"),
        (b'{"action": "start", "version": "x", "more": 1}', 422, "version: is not a whole number; more: is not known"),
    ],
)
def test_a_body_is_refused_before_it_can_harm(api: Api, content: bytes, status: int, said: str) -> None:
    answer = api.ask("POST", f"/models/{MODEL}/releases", ALL, content=content)
    error = answer.json()["error"]
    assert (answer.status_code, set(error) >= {"kind", "message", "remedy"}) == (status, True)
    assert said in error["message"]
    assert error["message"].isprintable()


def test_a_fault_of_the_platform_tells_the_caller_nothing_but_the_requests_id(api: Api) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret at /var/task/x.py")

    api.workflows.start_training = fail  # type: ignore[method-assign, assignment]
    answer = api.ask("POST", f"/models/{MODEL}/train", ALL)
    assert answer.status_code == 500
    assert answer.json()["error"] == {
        "kind": "internal",
        "message": "The platform failed to answer; the request's id is call-1.",
        "remedy": "Try again; if it fails again, look for the id in the logs.",
    }


def test_a_prediction_is_shown_with_its_lineage_and_its_score_again(api: Api) -> None:
    api.catalog.register(a_version(1))
    api.endpoint.versions = [a_published(1)]
    api.endpoint.scores = {'{"amount": null, "queue.length": 4, "shop": "north"}': 0.1}
    collect_predictions("late-orders", LOG_STREAM, [a_prediction_line(PREDICTION)], lake=api.lake)
    found = api.ask("GET", f"/predictions/{PREDICTION}").json()
    assert found["prediction"]["features"] == {"amount": None, "shop": "north", "queue.length": 4}
    assert found["prediction"]["score"] == 0.1
    assert found["lineage"]["version"] == as_record(a_version(1))
    assert found["replay"] == {"same": True, "score": 0.1}
    assert api.endpoint.replayed == [(MODEL, "2", "call-1")]


def says(api: Api, *items: Any, model: str = MODEL) -> Any:
    return api.ask("POST", f"/models/{model}/feedback", f"feedback:{model}", {"instances": list(items)})


def test_feedback_is_one_write_and_every_item_has_its_own_answer(api: Api) -> None:
    api.catalog.register(a_version(1, classes=(False, True)))
    later, older = (prediction_id(MODEL, NOON + timedelta(days=days), bytes(8)) for days in (1, -33))
    other, nobodys = prediction_id("early-orders", NOON, bytes(8)), prediction_id("no-orders", NOON, bytes(8))
    second = prediction_id(MODEL, NOON, b"another1")
    right = {"prediction_id": PREDICTION, "label": True, "rating": 5}
    wrong = [
        ({**right, "label": False}, f"{PREDICTION} is there twice, and differs."),
        ({"prediction_id": second, "label": "maybe"}, 'No label of late-orders is "maybe".'),
        ({"prediction_id": second, "rating": 6}, "The rating is 6."),
        ({"prediction_id": second}, "There is neither a label nor a rating."),
        ({**right, "prediction_id": other}, f"{other} is a prediction of another model."),
        ({**right, "prediction_id": nobodys}, f"late-orders has made no prediction {nobodys}."),
        ({**right, "prediction_id": later}, f"{later} is of 2013-04-02T12:00:00Z, and it is not yet that late: "),
        ({**right, "prediction_id": older}, f"{older} is of 2013-02-27; truth about late-orders is waited for 31 days"),
        ({**right, "prediction_id": "../../secrets"}, "'../../secrets' is not the id of a prediction."),
    ]
    answer = says(api, right, right, *(item for item, _ in wrong)).json()
    assert (answer["kept"], [item["kept"] for item in answer["answers"]]) == (2, [True, True] + [False] * len(wrong))
    for found, (_, message) in zip(answer["answers"][2:], wrong, strict=True):
        assert found["error"]["message"].startswith(message)
    (key,) = api.lake.keys("")
    assert key.startswith(f"truth/{MODEL}/inbox/2013-04-01/120000000000-{PREDICTION}-{PREDICTION}-")
    kept = [json.loads(line) for line in gzip.decompress(api.lake.get(key)).splitlines()]
    known = {"known": 1364817600000000, "order": 1364817600000000}
    fact = {"prediction_id": PREDICTION, "source": "feedback", "by": "t1", "label": "true", "rating": 5}
    assert kept == 2 * [fact | known]


def test_feedback_without_a_version_or_where_the_charter_takes_none_says_what_to_do(api: Api) -> None:
    item = {"prediction_id": PREDICTION, "rating": 5}
    assert says(api, item).status_code == 409
    answer = says(api, item, model="early-orders")
    assert (answer.status_code, answer.json()["error"]["message"]) == (422, "early-orders takes no feedback.")
    assert says(api).json()["error"]["field"] == "body.instances"


def test_what_was_said_of_a_prediction_is_shown_with_it_before_it_is_joined(api: Api) -> None:
    api.catalog.register(a_version(1, classes=(False, True)))
    collect_predictions("late-orders", LOG_STREAM, [a_prediction_line(PREDICTION)], lake=api.lake)
    says(api, {"prediction_id": PREDICTION, "label": True, "rating": 5})
    said = {"source": "feedback", "known": "2013-04-01T12:00:00Z", "label": "true", "rating": 5, "token": "t1"}
    assert api.ask("GET", f"/predictions/{PREDICTION}").json()["truth"] == [{**said, "joined": False}]


def test_a_prediction_of_several_classes_has_a_score_for_each(api: Api) -> None:
    collect_predictions("late-orders", LOG_STREAM, [a_prediction_line(PREDICTION, score=[0.25, 0.75])], lake=api.lake)
    assert api.ask("GET", f"/predictions/{PREDICTION}").json()["prediction"]["score"] == [0.25, 0.75]


@pytest.mark.parametrize(
    ("name", "status", "kind"), [(PREDICTION, 404, "not_found"), ("x", 422, "invalid"), ("0" * 32, 422, "invalid")]
)
def test_a_prediction_that_is_not_there_is_told_from_what_is_no_id(api: Api, name: str, status: int, kind: str) -> None:
    answer = api.ask("GET", f"/predictions/{name}")
    assert (answer.status_code, answer.json()["error"]["kind"]) == (status, kind)
    assert answer.json()["error"]["field"] == "prediction"


def test_a_rollback_takes_no_version() -> None:
    wanted = {"action": "rollback", "version": 3}
    assert Api().ask("POST", f"/models/{MODEL}/releases", "release:*", wanted).status_code == 422


def test_a_backfill_is_asked_for_by_an_event_that_carries_the_calls_id(api: Api) -> None:
    answer = api.ask("POST", f"/models/{MODEL}/views", f"train:{MODEL}", {"view": "queue"})
    assert (answer.status_code, answer.json()) == (202, {"correlation": "call-1"})
    api.ask("POST", f"/models/{MODEL}/views", f"train:{MODEL}", {})
    assert [(event.name, event.detail, event.correlation) for event in api.events.published] == [
        ("Backfill Wanted", {"model": MODEL, "view": "queue"}, "call-1"),
        ("Backfill Wanted", {"model": MODEL}, "call-1"),
    ]
    # Of one call there is one entry: here both have one id.
    (entry,) = api.catalog.latest_entries("people", MODEL).items
    assert (entry.what, entry.said, entry.by, entry.correlation) == (
        *("backfill asked for", "the view queue", "ana", "call-1"),
    )


def test_a_view_nobody_has_named_is_not_filled(api: Api) -> None:
    answer = api.ask("POST", f"/models/{MODEL}/views", f"train:{MODEL}", {"view": "line"})
    assert (answer.status_code, answer.json()["error"]["remedy"]) == (404, "Its views: queue.")
    assert api.events.published == []


def test_the_views_say_which_uploads_are_in(api: Api) -> None:
    upload = an_upload(dataset="shops")
    api.catalog.record_accepted(upload, a_part(upload), api.catalog.head("shops"))
    (view,) = api.ask("GET", f"/models/{MODEL}/views").json()["items"]
    assert (view["view"], view["deployed"], view["state"], view["heads"]) == ("queue", True, "behind", {"shops": 1})
    fill = Fill(MODEL, "queue", view["definition"], NOON, {"shops": 1}, revision=1)
    api.catalog.save_fill(fill)
    (view,) = api.ask("GET", f"/models/{MODEL}/views").json()["items"]
    assert (view["state"], view["fill"]["upto"]) == ("filled", {"shops": 1})


def test_the_plan_of_a_training_set_says_what_it_takes(api: Api) -> None:
    upload = an_upload(dataset="shops")
    api.catalog.record_accepted(upload, a_part(upload), api.catalog.head("shops"))
    plan = api.ask("GET", f"/models/{MODEL}/plan").json()
    assert (plan["model"], plan["carrier"], plan.get("refused")) == (MODEL, "whole", None)
    assert [piece["rows"] for piece in plan["pieces"]] == [upload.accepted]


def test_a_training_asked_for_again_under_its_key_is_the_same_one(api: Api) -> None:
    asked = [("k1", "t1"), ("k1", "t1"), ("k2", "t1"), ("k1", "t2"), (None, "t1"), (None, "t1")]
    path = f"/models/{MODEL}/train"
    runs = [api.ask("POST", path, f"train:{MODEL}", token=token, key=key).json()["run"] for key, token in asked]
    assert runs[0] == runs[1]
    assert len(set(runs)) == len(api.workflows.trainings) == 5
