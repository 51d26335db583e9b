from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest

from serin.adapters.memory.world import MemoryClock, MemoryOnlineFeatures
from serin.domain.buckets import OnlineItem
from serin.domain.errors import Invalid, Unavailable
from serin.domain.features import EntityKey, OnlineValues
from serin.domain.golden_request import GOLDEN_REQUEST
from serin.domain.json_body import MAXIMUM_BYTES
from serin.domain.prediction_ids import moment_of
from serin.http.errors import STATUS
from serin.http.predictions import response_schema
from serin.services.predict import Predictor, Reply, Request, refusal
from serin.serving.model import open_model
from serin.serving.package import find_package
from tests.builders import NOON, kinds_of_errors
from tests.definitions import item_key
from tests.unit.learning.orders import order_columns
from tests.unit.serving.released import Released, on_path, orders_charter, release

ORDER = {"order_id": 1, "at": "2013-04-01T12:00:00Z", "shop": "north", "amount": 20.0}
SCOPES = ("predict:late-orders",)


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
    return Predictor(find_package(), 7, released.sha256, online=online, clock=MemoryClock(NOON), function_version="8")


def ask(predictor: Predictor, *instances: Any, scopes: tuple[str, ...] = SCOPES) -> Reply:
    return predictor.predict(Request("request-1", json.dumps({"instances": instances}).encode(), scopes))


def queue(length: int, age: timedelta) -> OnlineValues:
    return OnlineValues(item_key("queue", "north"), {"length": length}, NOON - age)


def error_of(reply: Reply) -> dict[str, str]:
    error: dict[str, str] = reply.body["error"]
    return error


def test_each_instance_is_answered_with_label_probability_and_an_id_of_its_own(predictor: Predictor) -> None:
    reply = ask(predictor, ORDER, {**ORDER, "order_id": 2}, {**ORDER, "shop": "south"})
    assert (reply.status, reply.body["model"], reply.body["version"]) == (200, "late-orders", 7)
    predictions = reply.body["predictions"]
    assert len({found["prediction_id"] for found in predictions}) == 3
    assert all(found["label"] == (found["probability"] >= 0.5) for found in predictions)
    assert all(0.0 <= found["probability"] <= 1.0 for found in predictions)


def test_the_answer_is_the_models_own_for_the_features_that_are_logged(
    predictor: Predictor, online: MemoryOnlineFeatures, released: Released
) -> None:
    online.write([queue(9, timedelta(minutes=5))])
    reply = ask(predictor, ORDER)
    (line,) = map(json.loads, reply.log)
    assert line["features"] == {"amount": 20.0, "shop": "north", "queue.length": 9}
    (score,) = open_model(find_package(), released.sha256).score([line["features"]])
    assert reply.body["predictions"][0]["probability"] == score == line["score"]


def test_a_view_without_a_value_is_named_in_the_answer_and_in_the_log(predictor: Predictor) -> None:
    reply = ask(predictor, ORDER)
    assert reply.body["predictions"][0]["missing"] == ["queue"]
    assert json.loads(reply.log[0])["missing"] == ["queue"]


@pytest.mark.parametrize(("age", "stale"), [(timedelta(hours=3), False), (timedelta(hours=3, seconds=1), True)])
def test_a_value_older_than_its_view_allows_is_named_and_not_used(
    predictor: Predictor, online: MemoryOnlineFeatures, age: timedelta, stale: bool
) -> None:
    online.write([queue(9, age)])
    reply = ask(predictor, ORDER)
    assert reply.body["predictions"][0].get("stale") == (["queue"] if stale else None)
    assert json.loads(reply.log[0])["features"]["queue.length"] == (None if stale else 9)


def test_a_category_that_training_has_not_seen_is_named_in_its_row_and_answered(predictor: Predictor) -> None:
    reply = ask(predictor, ORDER, {**ORDER, "shop": "a shop that opened today"})
    known, new = reply.body["predictions"]
    assert "unknown" not in known
    assert new["unknown"] == ["shop"]
    assert 0.0 <= new["probability"] <= 1.0


def test_a_category_that_is_null_is_not_called_unknown(predictor: Predictor) -> None:
    (answer,) = ask(predictor, {**ORDER, "shop": None}).body["predictions"]
    assert "unknown" not in answer


def test_an_id_holds_the_moment_of_its_prediction(predictor: Predictor) -> None:
    reply = ask(predictor, ORDER, ORDER)
    ids = [row["prediction_id"] for row in reply.body["predictions"]]
    assert [moment_of(name) for name in ids] == [NOON, NOON]
    assert len(set(ids)) == 2


def test_a_logged_row_scores_the_same_again_and_a_replay_writes_no_line(
    predictor: Predictor, online: MemoryOnlineFeatures
) -> None:
    online.write([queue(9, timedelta(minutes=5))])
    lines = [json.loads(line) for line in ask(predictor, ORDER, {**ORDER, "amount": None, "shop": "east"}).log]
    online.write([queue(1, timedelta(0))])
    found = predictor.replay([line["features"] for line in lines])
    assert found == {"model": "late-orders", "version": 7, "scores": [line["score"] for line in lines]}


@pytest.mark.parametrize("rows", [[7], [{"amount": "much"}]])
def test_what_was_never_logged_is_not_replayed(predictor: Predictor, rows: list[object]) -> None:
    with pytest.raises(Invalid):
        predictor.replay(rows)


def test_each_answered_row_has_one_line_in_the_log(predictor: Predictor) -> None:
    reply = ask(predictor, ORDER, {**ORDER, "amount": None})
    lines = [json.loads(line) for line in reply.log]
    assert [line["prediction_id"] for line in lines] == [row["prediction_id"] for row in reply.body["predictions"]]
    assert {(line["request_id"], line["model"], line["version"]) for line in lines} == {("request-1", "late-orders", 7)}
    assert {line["function_version"] for line in lines} == {"8"}
    assert [line["inputs"]["amount"] for line in lines] == [20.0, None]
    assert {line["at"] for line in lines} == {"2013-04-01T12:00:00Z"}


def test_a_line_names_the_invocation_and_counts_the_attempts_of_a_key(predictor: Predictor) -> None:
    body = json.dumps({"instances": [ORDER]}).encode()
    keys = ["a", "b", "a", None, None]
    lines = [json.loads(predictor.predict(Request("r", body, SCOPES, "i", key)).log[0]) for key in keys]
    assert [(line.get("key"), line["attempt"]) for line in lines] == [
        ("a", 1),
        ("b", 1),
        ("a", 2),
        (None, 1),
        (None, 1),
    ]
    assert {line["invocation"] for line in lines} == {"i"}


def test_a_row_asked_again_under_its_key_has_the_id_it_had_in_whichever_process(released: Released) -> None:
    def ids(minute: int, key: str | None, caller: str, *rows: Any) -> list[str]:
        ports: Any = {"online": MemoryOnlineFeatures(), "function_version": "8"}
        another = Predictor(
            find_package(), 7, released.sha256, clock=MemoryClock(NOON + timedelta(minutes=minute)), **ports
        )
        body = json.dumps({"instances": rows}).encode()
        reply = another.predict(Request(f"r{minute}", body, SCOPES, "i", key, caller))
        return [row["prediction_id"] for row in reply.body["predictions"]]

    first = ids(0, "a", "ana", ORDER, ORDER)
    assert first == ids(59, "a", "ana", ORDER, ORDER)
    assert len(set(first)) == 2
    assert {moment_of(name) for name in first} == {NOON}
    # Another caller, another key, another question, or no key at all.
    others = [("a", "bo", ORDER), ("b", "ana", ORDER), ("a", "ana", {**ORDER, "amount": 1}), (None, "ana", ORDER)]
    assert len({*first, *(name for key, caller, row in others for name in ids(0, key, caller, row))}) == 6


def test_only_the_first_request_of_a_process_is_cold(predictor: Predictor) -> None:
    cold = [json.loads(ask(predictor, ORDER).log[0])["cold"] for _ in range(3)]
    assert cold == [True, False, False]


@pytest.mark.parametrize("scopes", [(), ("read",), ("predict:early-orders",), ("train:late-orders",)])
def test_without_the_models_scope_nothing_is_answered(predictor: Predictor, scopes: tuple[str, ...]) -> None:
    reply = ask(predictor, ORDER, scopes=scopes)
    assert (reply.status, error_of(reply)["kind"], reply.log) == (403, "denied", ())


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[]", b'{"instances": [7]}', b" " * (MAXIMUM_BYTES + 1)])
def test_who_may_not_ask_is_told_that_and_nothing_of_the_body(predictor: Predictor, body: bytes) -> None:
    for scopes in ((), ("predict:early-orders",)):
        assert predictor.predict(Request("r", body, scopes)).status == 403
    assert predictor.predict(Request("r", body, SCOPES)).status in {413, 422}


def test_a_row_that_the_model_cannot_answer_has_its_own_error_and_the_others_are_answered(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = predictor._model.score

    def breaks(rows: Sequence[Any]) -> Any:
        if any(row["shop"] == "closed" for row in rows):
            raise ValueError(f"no {ORDER['shop']} here")
        return score(rows)

    monkeypatch.setattr(predictor._model, "score", breaks)
    reply = ask(predictor, ORDER, {**ORDER, "shop": "closed"}, ORDER)
    first, second, third = reply.body["predictions"]
    assert (reply.status, reply.body["failed"], first["label"]) == (200, 1, third["label"])
    error = second["error"]
    assert (error["row"], error["field"], error["kind"]) == (1, "shop", "model_failed")
    assert error["message"] == "The model cannot answer this row of shop='closed': ValueError: no north here."
    lines = [json.loads(line) for line in reply.log]
    assert [(line["status"], line.get("error")) for line in lines] == [
        *(("ok", None), ("failed", "shop: ValueError"), ("ok", None))
    ]
    assert (lines[1]["prediction_id"], lines[1]["score"]) == (second["prediction_id"], None)
    # The log repeats no value that the message may hold.
    assert reply.failure is not None
    assert reply.failure.message == "1 of 3 rows; the first: shop: ValueError."
    jsonschema_rs.validator_for(response_schema(orders_charter())).validate(json.loads(reply.text))


def test_golden_rows_go_the_whole_way_and_leave_no_line(predictor: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only the log cannot say must be known before a release, not by everybody's first request."""
    golden = Request(GOLDEN_REQUEST, json.dumps({"instances": [ORDER]}).encode(), SCOPES)
    assert predictor.predict(golden).log == ()
    monkeypatch.setattr("serin.serving.log.Call.lines", lambda *_: json.dumps({"count": {1}}))
    with pytest.raises(TypeError, match="set is not JSON serializable"):
        predictor.predict(golden)


def test_an_answer_that_lambda_would_not_hand_over_is_refused_with_how_many_rows_fit(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serin.services.predict.MAXIMUM_ANSWER", 400)
    reply = ask(predictor, *[ORDER] * 6)
    assert (reply.status, error_of(reply)["kind"], reply.log) == (413, "too_large", ())
    assert "about 2 in each" in error_of(reply)["remedy"]


class Away(MemoryOnlineFeatures):
    """An online store that does not answer."""

    def read(self, keys: Sequence[EntityKey]) -> Mapping[EntityKey, OnlineItem]:
        raise Unavailable("The online store did not answer for every key.", "Try again.")


def test_a_store_that_does_not_answer_makes_the_model_unavailable_for_now(released: Released) -> None:
    ports: Any = {"online": Away(), "clock": MemoryClock(NOON), "function_version": "8"}
    reply = ask(Predictor(find_package(), 7, released.sha256, **ports), ORDER)
    assert (reply.status, error_of(reply)["kind"], reply.log) == (503, "unavailable", ())


@pytest.mark.parametrize(
    "instance", [{**ORDER, "amount": "much"}, {**ORDER, "amount": -1}, {"order_id": 1}, {**ORDER, "colour": "red"}, 7]
)
def test_a_wrong_instance_is_refused_before_the_model_is_opened(released: Released, instance: Any) -> None:
    never_opened = Predictor(
        find_package(), 7, "0" * 64, online=MemoryOnlineFeatures(), clock=MemoryClock(NOON), function_version="8"
    )
    reply = ask(never_opened, instance)
    assert (reply.status, error_of(reply)["kind"]) == (422, "invalid")
    assert error_of(reply)["remedy"]
    assert reply.log == ()


def test_a_body_that_is_not_json_is_refused(predictor: Predictor) -> None:
    assert predictor.predict(Request("r", b"{", SCOPES)).status == 422


def test_a_model_whose_digest_is_not_the_recorded_one_is_never_asked(released: Released) -> None:
    changed = Predictor(
        find_package(), 7, "0" * 64, online=MemoryOnlineFeatures(), clock=MemoryClock(NOON), function_version="8"
    )
    reply = ask(changed, ORDER)
    assert (reply.status, error_of(reply)["kind"]) == (500, "corrupt")


def test_a_refusal_has_the_status_the_api_gives_its_kind() -> None:
    """A caller reads the same status from both functions; what predict never says is a fault of its own."""
    said = {kind.kind: refusal(kind("Found.", "Do.")).status for kind in kinds_of_errors()}
    never = {"rejected", "conflict"}
    assert said == {**STATUS, **dict.fromkeys(never, 500)}
