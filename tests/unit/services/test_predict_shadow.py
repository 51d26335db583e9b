"""What a function version says of logged rows: as a caller's request would have been answered at its moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from serin.adapters.memory.world import MemoryClock, MemoryOnlineFeatures
from serin.domain.features import OnlineValues
from serin.domain.records import as_record
from serin.domain.shadows import ShadowRow
from serin.services.predict import Predictor, Reply, Request
from serin.serving.model import open_model
from serin.serving.package import find_package
from tests.builders import NOON
from tests.definitions import item_key
from tests.unit.learning.orders import order_columns
from tests.unit.serving.released import Released, on_path, orders_charter, release

HOUR = timedelta(hours=1)
INPUTS = {"order_id": 1, "at": "2013-04-01T12:00:00Z", "shop": "north", "amount": 20.0}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    made = release(tmp_path_factory.mktemp("layer"), orders_charter(), order_columns())
    with on_path(made.folder):
        yield made


@pytest.fixture
def online() -> MemoryOnlineFeatures:
    return MemoryOnlineFeatures()


@pytest.fixture
def predictor(released: Released, online: MemoryOnlineFeatures) -> Predictor:
    clock = MemoryClock(NOON + HOUR)
    return Predictor(find_package(), 7, released.sha256, online=online, clock=clock, function_version="8")


def a_row(features: dict[str, Any] | None = None, name: str = "p1", **inputs: Any) -> ShadowRow:
    return ShadowRow(name, NOON, {**INPUTS, **inputs}, features or {})


def ask(predictor: Predictor, *rows: ShadowRow) -> Reply:
    return predictor.shadow({"release": "rel1", "rows": as_record(rows)}, "call-1", "[8]stream")


def lines(reply: Reply) -> list[dict[str, Any]]:
    return [json.loads(line) for line in reply.log]


def queue(length: int, at: timedelta) -> OnlineValues:
    return OnlineValues(item_key("queue", "north"), {"length": length}, NOON + at)


def test_a_logged_row_is_answered_with_its_logged_values_whatever_is_known_by_now(
    predictor: Predictor, online: MemoryOnlineFeatures, released: Released
) -> None:
    online.write([queue(1, timedelta(0))])
    reply = ask(predictor, a_row({"queue.length": 9}))
    (score,) = open_model(find_package(), released.sha256).score([{"amount": 20.0, "shop": "north", "queue.length": 9}])
    assert reply.body["answers"] == [{"score": score, "label": score >= 0.5, "changed": []}]
    assert (reply.body["release"], reply.body["sandbox"]) == ("rel1", "[8]stream")


def test_the_version_that_answered_a_caller_answers_its_logged_row_alike(
    predictor: Predictor, online: MemoryOnlineFeatures
) -> None:
    online.write([queue(11, timedelta(0))])
    body = json.dumps({"instances": [INPUTS, {**INPUTS, "amount": 400.0, "shop": "south"}]}).encode()
    logged = lines(predictor.predict(Request("q1", body, ("predict:late-orders",))))
    rows = [ShadowRow(line["prediction_id"], NOON, line["inputs"], line["features"]) for line in logged]
    answers = ask(predictor, *rows).body["answers"]
    assert [(answer["score"], answer["label"]) for answer in answers] == [
        (line["score"], line["label"]) for line in logged
    ]


def test_a_value_that_was_not_logged_is_looked_up_as_of_the_requests_moment(
    predictor: Predictor, online: MemoryOnlineFeatures
) -> None:
    online.write([queue(4, -HOUR)])
    (line,) = lines(ask(predictor, a_row()))
    assert line["features"]["queue.length"] == 4
    online.write([queue(5, timedelta(minutes=1))])
    reply = ask(predictor, a_row())
    assert lines(reply)[0]["features"]["queue.length"] is None
    assert reply.body["answers"][0]["changed"] == ["queue"]


def test_its_lines_name_the_release_and_the_logged_prediction(predictor: Predictor) -> None:
    first, second = lines(ask(predictor, a_row(name="p1"), a_row(name="p2", shop=None)))
    assert (first["shadow"], first["of"], first["status"]) == ("rel1", "p1", "ok")
    assert (second["of"], second["at"]) == ("p2", "2013-04-01T13:00:00Z")
    assert first["prediction_id"] != second["prediction_id"]
    assert (first["cold"], first["version"], first["function_version"]) == (True, 7, "8")


def test_each_row_has_the_refusal_that_it_would_have_had(predictor: Predictor) -> None:
    reply = ask(predictor, a_row(amount=-1), a_row(), a_row(colour="red"))
    refused, answered, unknown = reply.body["answers"]
    assert refused["error"].startswith("invalid: inputs.amount: found -1")
    assert "score" in answered
    assert "inputs.colour" in unknown["error"]
    assert [line["status"] for line in lines(reply)] == ["failed", "ok", "failed"]


def test_a_row_that_breaks_the_pipeline_leaves_the_others_answered(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = predictor._model
    score = model.score

    def breaks(rows: list[Any]) -> Any:
        if any(row["amount"] == 13.0 for row in rows):
            raise ZeroDivisionError("thirteen")
        return score(rows)

    monkeypatch.setattr(model, "score", breaks)
    first, second = ask(predictor, a_row(), a_row(amount=13.0)).body["answers"]
    assert 0.0 <= first["score"] <= 1.0
    said = "The model cannot answer this row of amount=13.0: ZeroDivisionError: thirteen."
    assert second["error"] == f"model_failed: {said}"
