"""The document says what the routes and the predictions really take and give."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import jsonschema_rs
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, assume, given, settings, strategies

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.world import MemoryClock, MemoryEvents, MemoryOnlineFeatures, MemoryWorkflows
from serin.domain.actual_cost import ActualCost
from serin.domain.approvals import Approval, Word
from serin.domain.batches import Batch
from serin.domain.charter import Charter, Input
from serin.domain.cut_plan import CutPlan
from serin.domain.cuts import Cut, Cuts
from serin.domain.errors import NotFound, SerinError
from serin.domain.feedback import Feedback
from serin.domain.fills import Fill
from serin.domain.health import Health
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.maturity import Event
from serin.domain.models import Withdrawal
from serin.domain.profiles import ShownProfile
from serin.domain.records import as_record, from_record
from serin.domain.release_record import Directive, Wish
from serin.domain.releases import Live, Release
from serin.http.app import UseCases, make_app
from serin.http.console_ports import ConsolePorts
from serin.http.listing import Listed
from serin.http.openapi import document
from serin.http.predictions import request_schema, response_schema
from serin.http.protocols import (
    infer_request_schema,
    infer_response_schema,
    invocation_response_schema,
    invocation_schema,
)
from serin.http.route import InSeconds
from serin.services.give_feedback import FeedbackTaken
from serin.services.online_features import Answer, Question
from serin.services.predict import Predictor, Request
from serin.services.show_batch import ShownBatch
from serin.services.show_lineage import DatasetLineage, VersionLineage, ViewLineage
from serin.services.show_prediction import Shown
from serin.services.show_watch import ShownWatch
from serin.services.tend_episode import Deed
from serin.serving.answers import answer_of
from serin.serving.package import find_package
from serin.serving.requests import read_request
from tests.builders import NOON, a_charter, a_release, a_run, a_training_set, a_version, an_upload
from tests.unit.learning.orders import order_columns
from tests.unit.services.client_asks import INFER, MLFLOW, MODEL, ROWS, tensor, tensors
from tests.unit.serving.released import on_path, orders_charter, release

LINEAGE = VersionLineage(
    a_version(),
    a_run(),
    a_training_set(),
    (DatasetLineage("orders", "h1", 1, 2, (an_upload(),), 0),),
    (
        ViewLineage("queue", "d1", Fill("late-orders", "queue", "d1", NOON, {"shops": 1})),
        ViewLineage("line", "d2"),
    ),
)
EVERY_TYPE = a_charter(
    inputs=(
        Input("name", "string"),
        Input("note", "string", nullable=True),
        Input("count", "integer", min=0, max=9),
        Input("any_count", "integer", nullable=True),
        Input("amount", "number", min=-1.5),
        Input("share", "number", nullable=True, max=1.0),
        Input("urgent", "boolean", nullable=True),
        Input("at", "timestamp"),
    )
)


def nothing_shown(prediction: str, correlation: str) -> Shown:
    raise NotFound(f"{correlation} found no {prediction}.", "Nothing was predicted.")


def nothing_read(question: Question) -> Answer:
    raise NotFound(f"Nobody knows {question}.", "Nothing was written.")


def nothing_taken(model: str, items: Sequence[Feedback], token: str) -> FeedbackTaken:
    raise NotFound(f"{token} found no {model} to say {items} of.", "Nothing was predicted.")


def no_cost(charter: Charter, span: timedelta) -> ActualCost:
    raise AssertionError


def no_health(model: str, span: timedelta) -> Health:
    raise NotFound(f"No health of {model} within {span}.", "Nobody has called it.")


def no_profile(dataset: str, model: str | None) -> ShownProfile:
    raise NotFound(f"No profile of {dataset} for {model}.", "Nothing was uploaded.")


def nothing_withdrawn(model: str, version: int, why: str, by: str) -> Withdrawal:
    raise NotFound(f"{by} found no version {version} of {model} to withdraw for {why}.", "Nothing was registered.")


def nothing_directed(wish: Wish, release: Release, by: str, correlation: str) -> Directive:
    raise NotFound(f"{by} found no {release} to {wish}, {correlation}.", "Nothing was released.")


def nothing_watched(model: str, window: date | None) -> ShownWatch:
    raise NotFound(f"Nobody looked at {model} on {window}.", "Nothing is live.")


def nothing_tended(model: str, feature: str, deed: Deed, by: str) -> Episode:
    raise NotFound(f"{by} found no {feature} of {model} to {deed}.", "Nothing is open.")


def nothing_answered(model: str, approval: str, word: Word, why: str, by: str, token: str) -> Approval:
    raise NotFound(f"{by} ({token}) found no {approval} of {model} to {word} for {why}.", "Nothing was asked.")


def no_batch(model: str, file: str, version: int | None, by: str, correlation: str, again: str | None) -> Batch:
    raise NotFound(f"{by} found no {file} for {version} of {model}, {correlation}, {again}.", "Nothing was sent.")


def no_progress(model: str, batch: str) -> ShownBatch:
    raise NotFound(f"{model} has no batch {batch}.", "Nothing was begun.")


def no_plan(model: str) -> CutPlan:
    raise NotFound(f"{model} has no plan.", "Nothing was uploaded.")


def no_console() -> ConsolePorts:
    raise NotFound("There is no console.", "Nothing was deployed.")


def app_of(charters: Mapping[str, Charter]) -> FastAPI:
    ports = MemoryCatalog(), MemoryControl(), MemoryWorkflows()
    cases = UseCases(
        *(nothing_shown, nothing_read, no_profile, MemoryEvents().publish),
        *(nothing_withdrawn, nothing_directed, nothing_taken, nothing_watched, nothing_tended, no_health, no_cost),
        answer_approval=nothing_answered,
        start_batch=no_batch,
        show_batch=no_progress,
        show_plan=no_plan,
        now=lambda: NOON,
        console=no_console,
    )
    return make_app(charters, *ports, cases, (50, 100))


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    charters = {"late-orders": a_charter()}
    return document(app_of(charters), charters, (50, 100))


def test_a_model_whose_callers_sign_says_so_and_every_other_route_asks_for_a_token() -> None:
    charters = {"late-orders": a_charter(), "returns": a_charter(model="returns", access="sigv4")}
    made = document(app_of(charters), charters, (50, 100))
    asked = {path: item["post"]["security"] for path, item in made["paths"].items() if path.endswith("/predict")}
    assert asked == {"/models/late-orders/predict": [{"token": []}], "/models/returns/predict": [{"sigv4": []}]}
    assert made["security"] == [{"token": []}]
    assert set(made["components"]["securitySchemes"]) == {"token", "sigv4"}


def test_every_model_has_its_own_request_and_response(found: dict[str, Any]) -> None:
    operation = found["paths"]["/models/late-orders/predict"]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    instance = body["properties"]["instances"]["items"]
    assert set(instance["properties"]) == {"order_id", "at", "shop", "amount"}
    assert instance["required"] == ["order_id", "at", "shop"]
    assert instance["properties"]["amount"] == {"type": ["number", "null"], "minimum": 0}
    assert operation["summary"] == "Will this order be late?"


def test_every_operation_answers_errors_in_the_one_shape_and_needs_a_token(found: dict[str, Any]) -> None:
    operations = [operation for item in found["paths"].values() for operation in item.values()]
    assert len(operations) >= 10
    for operation in operations:
        for status in ("4XX", "5XX"):
            schema = operation["responses"][status]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}
        # The gateway's own answers, and the rate of the stage that this document is of.
        assert {"401", "403", "404", "429", "500", "503"} <= operation["responses"].keys()
        assert "50 requests a second, and 100 at once" in operation["responses"]["429"]["description"]
    assert found["security"] == [{"token": []}]
    assert found["openapi"].startswith("3.1")


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("Upload", an_upload()),
        ("Run", a_run()),
        ("ModelVersion", a_version()),
        ("Release", a_release()),
        ("VersionLineage", LINEAGE),
        ("VersionLineage", VersionLineage(a_version())),
        ("Live", Live("late-orders", 1, "2", "rel1", 1, NOON)),
    ],
)
def test_a_record_is_what_its_schema_says(found: dict[str, Any], name: str, item: object) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": found["components"]}
    jsonschema_rs.validator_for(schema).validate(as_record(item))


def test_durations_are_seconds_in_every_answer_and_its_description(found: dict[str, Any]) -> None:
    assert '"duration"' not in json.dumps(found), "some answer has durations in ISO 8601"
    day = Cut(2, 3, timedelta(days=1))
    cuts = Cuts({"orders": day}, {"shops": day}, timedelta(hours=1))
    assert InSeconds[Cuts](cuts).model_dump(mode="json", exclude_none=True) == as_record(cuts)
    event = Event("window", "w1", NOON, "it was looked at", schedule=timedelta(hours=36))
    assert InSeconds[Event](event).model_dump(mode="json", exclude_none=True) == as_record(event)
    (listed,) = Listed[Event](items=[event]).model_dump(mode="json", exclude_none=True)["items"]
    assert listed["schedule"] == 129_600.0
    assert from_record(Event, {**listed, "schedule": "P1DT12H"}) == event, "as older stages answer it"


def test_paths_of_the_document_are_literal_for_a_model_and_patterns_else(found: dict[str, Any]) -> None:
    assert "/models/{model}/versions" in found["paths"]
    assert json.loads(json.dumps(found)) == found


def _cases(mode: str) -> Any:
    """Requests that schemathesis makes of the document, which takes seconds and is made when the first one is asked."""
    return strategies.deferred(lambda: _made_cases(mode))


def _made_cases(mode: str) -> Any:
    import schemathesis

    charters = {"late-orders": EVERY_TYPE}
    app = app_of(charters)
    operation = schemathesis.openapi.from_dict(document(app, charters, (50, 100)))["/models/late-orders/predict"][
        "post"
    ]
    return operation.as_strategy(generation_mode=schemathesis.GenerationMode[mode])


WITHOUT_END = settings(database=None, suppress_health_check=list(HealthCheck))
# What a schema cannot say: which days a month has, that a number is too large to be finite, or to be exact.
UNSAID = ("a moment that does not exist", "outside the years", "too large to be finite", "e+")


@pytest.mark.slow
@WITHOUT_END
@given(case=_cases("POSITIVE"))
def test_what_the_schema_allows_is_a_right_request(case: Any) -> None:
    refused = _refusal(case.body)
    assert refused is None or any(words in refused for words in UNSAID)


@WITHOUT_END
@given(case=_cases("NEGATIVE"))
@pytest.mark.slow
def test_what_the_schema_forbids_is_a_wrong_request(case: Any) -> None:
    assume(not isinstance(case.body, bytes) and not VALIDATOR.is_valid(case.body))
    assert _refusal(case.body) is not None


VALIDATOR = jsonschema_rs.validator_for(request_schema(EVERY_TYPE))


def _refusal(body: Any) -> str | None:
    try:
        read_request(json.dumps(body).encode(), EVERY_TYPE.inputs)
    except SerinError as error:
        return error.message
    return None


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Predictor]:
    made = release(tmp_path_factory.mktemp("layer"), orders_charter(), order_columns())
    with on_path(made.folder):
        yield Predictor(
            find_package(), 7, made.sha256, online=MemoryOnlineFeatures(), clock=MemoryClock(NOON), function_version="8"
        )


def test_a_prediction_is_what_the_schema_says(predictor: Predictor) -> None:
    instance = {"order_id": 1, "at": "2013-04-01T12:00:00Z", "shop": "a shop nobody knows", "amount": None}
    body = json.dumps({"instances": [instance, {**instance, "amount": 2}]}).encode()
    reply = predictor.predict(Request("r1", body, ("predict:late-orders",)))
    assert reply.status == 200
    assert {"missing", "unknown"} <= set(reply.body["predictions"][0])
    jsonschema_rs.validator_for(response_schema(orders_charter())).validate(reply.body)


@pytest.mark.parametrize(
    ("charter", "answer"),
    [
        (a_charter(task="regression"), answer_of("regression", (), 1.5)),
        (a_charter(task="multiclass"), answer_of("multiclass", ("a", "b", "c"), [0.2, 0.5, 0.3])),
        (a_charter(task="binary"), answer_of("binary", (0, 1), 0.7)),
    ],
)
def test_the_answer_of_each_task_is_what_its_schema_says(charter: Charter, answer: dict[str, Any]) -> None:
    body = {"model": charter.model, "version": 1, "predictions": [{"prediction_id": "p", **answer}]}
    validator = jsonschema_rs.validator_for(response_schema(charter))
    validator.validate(body)
    other = replace(charter, task="regression" if charter.task != "regression" else "binary")
    assert not jsonschema_rs.validator_for(response_schema(other)).is_valid(body)


def test_the_other_protocols_are_described_as_their_clients_ask(found: dict[str, Any]) -> None:
    for path in ("invocations", INFER, f"v2/models/{MODEL}/versions/{{version}}/infer"):
        assert found["paths"][f"/models/{MODEL}/{path}"]["post"]["security"] == [{"token": []}]
    mlflow = jsonschema_rs.validator_for(invocation_schema(orders_charter()))
    for form in (form for form in MLFLOW.values() if not isinstance(form, bytes)):
        mlflow.validate(form)
    assert not mlflow.is_valid({"instances": ROWS, "inputs": ROWS})
    assert not mlflow.is_valid({"dataframe_records": [{"order_id": "one"}]})
    infer = jsonschema_rs.validator_for(infer_request_schema(orders_charter()))
    infer.validate(tensors())
    assert not infer.is_valid({"inputs": [tensor("order_id", ["one"])]})
    assert not infer.is_valid({"inputs": [{**tensor("order_id", [1, 2]), "datatype": "FP64"}]})


def test_answers_in_the_other_protocols_are_what_the_document_says(predictor: Predictor) -> None:
    for path, schema in ((INFER, infer_response_schema), ("invocations", invocation_response_schema)):
        body: Any = tensors() if path == INFER else MLFLOW["instances"]
        reply = predictor.predict(Request("r1", json.dumps(body).encode(), (f"predict:{MODEL}",), path=path))
        assert reply.status == 200
        jsonschema_rs.validator_for(schema(orders_charter())).validate(reply.body)
