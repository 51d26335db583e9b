"""With `explain` an answer says what every column has added to its score, or why that is not known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from serin.adapters.memory.world import MemoryClock, MemoryOnlineFeatures
from serin.domain.charter import Task
from serin.domain.features import OnlineValues
from serin.http.predictions import response_schema
from serin.services.predict import Predictor, Reply, Request
from serin.serving.compiled import margins
from serin.serving.package import find_package
from tests.builders import NOON
from tests.definitions import item_key
from tests.unit.learning.orders import order_columns
from tests.unit.serving.released import on_path, orders_charter, release

ROWS: list[dict[str, Any]] = [
    {"order_id": 1, "at": "2013-04-01T12:00:00Z", "shop": "north", "amount": 20.0},
    {"order_id": 2, "at": "2013-04-01T12:00:00Z", "shop": None, "amount": None},
]


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> dict[Task, Any]:
    tasks: tuple[Task, ...] = ("binary", "multiclass", "regression")
    made = {}
    for task in tasks:
        label = {
            "binary": None,
            "multiclass": lambda row: int(row["moment"].day % 3),
            "regression": lambda row: float(row["amount"] or 0),
        }[task]
        kind = {"binary": "boolean", "multiclass": "integer", "regression": "number"}[task]
        made[task] = release(tmp_path_factory.mktemp(task), orders_charter(task), order_columns(label=label, kind=kind))
    return made


@pytest.fixture
def path(layers: dict[Task, Any], request: pytest.FixtureRequest) -> Iterator[Any]:
    made = layers[getattr(request, "param", "binary")]
    with on_path(made.folder):
        yield made


def predictor(made: Any, runtime: Any = "compiled") -> Predictor:
    online = MemoryOnlineFeatures()
    online.write([OnlineValues(item_key("queue", "north"), {"length": 9}, NOON)])
    ports: Any = {"online": online, "clock": MemoryClock(NOON), "function_version": "8"}
    return Predictor(find_package(), 7, made.sha256, **ports, runtime=runtime)


def ask(predictor: Predictor, **body: Any) -> Reply:
    return predictor.predict(Request("r1", json.dumps({"instances": ROWS, **body}).encode(), ("predict:late-orders",)))


def test_an_answer_is_explained_by_the_models_own_columns_and_only_when_asked(path: Any) -> None:
    asked = predictor(path)
    plain, reply = ask(asked, explain=False), ask(asked, explain=True)
    assert [row | {"prediction_id": 0} for row in plain.body["predictions"]] == [
        {name: value for name, value in row.items() if name != "explanation"} | {"prediction_id": 0}
        for row in reply.body["predictions"]
    ]
    for row in reply.body["predictions"]:
        told = row["explanation"]
        assert (told["method"], told["exact"], told["explains"]) == ("tree_shap", True, "logit")
        assert set(told["contributions"]) == {"amount", "shop", "queue.length"}
        assert told["base"] + sum(told["contributions"].values()) == pytest.approx(told["margin"], abs=1e-12)
    # It follows from the line's features and version: it is made again, not kept.
    assert all("explanation" not in json.loads(line) for line in reply.log)


@pytest.mark.parametrize(
    ("path", "task"), [("multiclass", "multiclass"), ("regression", "regression")], indirect=["path"]
)
def test_other_tasks_are_explained_as_their_schema_says(path: Any, task: Task) -> None:
    body = ask(predictor(path), explain=True).body
    jsonschema_rs.validator_for(response_schema(orders_charter(task))).validate(json.loads(json.dumps(body)))
    for row in body["predictions"]:
        told = row["explanation"]
        if task == "regression":
            assert told["margin"] == pytest.approx(row["value"], abs=1e-9)
        else:
            assert set(told["classes"]) == set(row["probabilities"])
            most = max(told["classes"], key=lambda name: told["classes"][name]["margin"])
            assert most == str(row["label"])


def test_scikit_learn_answers_and_says_why_it_does_not_explain(path: Any) -> None:
    reply = ask(predictor(path, "scikit-learn"), explain=True)
    assert reply.status == 200
    jsonschema_rs.validator_for(response_schema(orders_charter())).validate(reply.body)
    why = {row["explanation"]["unavailable"] for row in reply.body["predictions"]}
    assert why == {"scores of scikit-learn itself are not explained: this function is set to it"}


def test_a_row_that_cannot_be_answered_takes_no_explanation_of_another_with_it(
    path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = predictor(path)
    score = asked._model.scorer.score

    def refusing(rows: Any) -> Any:
        if any(row["shop"] is None for row in rows):
            raise ValueError("a null")
        return score(rows)

    monkeypatch.setattr(asked._model.scorer, "score", refusing)
    first, second = ask(asked, explain=True).body["predictions"]
    assert "contributions" in first["explanation"]
    assert "error" in second
    assert "explanation" not in second


@pytest.mark.parametrize("explain", [1, "true", None, [], {}])
def test_what_is_neither_true_nor_false_is_refused(path: Any, explain: Any) -> None:
    reply = ask(predictor(path), explain=explain)
    assert (reply.status, reply.body["error"]["field"]) == (422, "explain")


def test_more_rows_than_can_be_explained_while_a_caller_waits_are_refused(
    path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(margins, "STEPS_OF_A_REQUEST", 1)
    reply = ask(predictor(path), explain=True)
    assert (reply.status, reply.body["error"]["kind"]) == (413, "too_large")
    assert "2 instances are to be explained; of this model 1 are in one request" in reply.body["error"]["message"]
    assert ask(predictor(path)).status == 200


def test_a_margin_that_is_no_finite_number_is_said_to_be_none(path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = predictor(path)
    monkeypatch.setattr(asked._model.scorer, "added", lambda slots, *_, **__: [float("inf")] * len(slots))
    rows = ask(asked, explain=True).body["predictions"]
    assert {row["explanation"]["unavailable"] for row in rows} == {"its margin is no finite number"}
