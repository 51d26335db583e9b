from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from serin.adapters.memory.world import MemoryClock, MemoryOnlineFeatures
from serin.domain.buckets import OnlineItem
from serin.domain.errors import Invalid, Unavailable
from serin.domain.features import EntityKey, OnlineValues
from serin.domain.json_body import MAXIMUM_BYTES
from serin.domain.prediction_ids import moment_of
from serin.http.errors import STATUS
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
    never = {"rejected", "not_found", "conflict"}
    assert said == {**STATUS, **dict.fromkeys(never, 500)}
