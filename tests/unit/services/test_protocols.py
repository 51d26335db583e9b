"""What clients of other servers ask has the answers, the ids, the lines and the errors of a prediction."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from serin.adapters.memory.world import MemoryClock, MemoryOnlineFeatures
from serin.domain.errors import ModelFailed, SerinError
from serin.domain.expanding import expanded
from serin.domain.fields import MAXIMUM_INSTANCES
from serin.services.predict import Predictor, Reply, Request
from serin.serving.package import find_package
from serin.serving.protocols.mlflow import read_invocation
from serin.serving.protocols.open_inference import described, outputs, read_infer
from tests.builders import NOON
from tests.unit.learning.orders import order_columns
from tests.unit.services.client_asks import (
    AT,
    COLUMNS,
    DATATYPES,
    INFER,
    MLFLOW,
    MODEL,
    NAMES,
    ROWS,
    binary,
    tensor,
    tensors,
)
from tests.unit.serving.released import Released, on_path, orders_charter, release


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    made = release(tmp_path_factory.mktemp("layer"), orders_charter(), order_columns())
    with on_path(made.folder):
        yield made


@pytest.fixture
def predictor(released: Released) -> Predictor:
    online, clock = MemoryOnlineFeatures(), MemoryClock(NOON)
    return Predictor(find_package(), 7, released.sha256, online=online, clock=clock, function_version="8")


def ask(predictor: Predictor, path: str, body: object, **more: Any) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request: dict[str, Any] = {"id": "r1", "scopes": (f"predict:{MODEL}",), "key": "k1", "caller": "ana", **more}
    return Predictor.predict(predictor, Request(body=content, path=path, **request))


def test_every_protocol_gives_the_prediction_its_ids_and_its_lines(predictor: Predictor) -> None:
    """One key and the same rows are the same question, whoever asks it."""
    native = ask(predictor, "predict", {"instances": ROWS})
    predictions = native.body["predictions"]
    assert len(predictions) == 2
    body, length = binary()
    asked = [
        *(ask(predictor, "invocations", content) for content in MLFLOW.values()),
        *(ask(predictor, path, tensors()) for path in (INFER, f"v2/models/{MODEL}/versions/7/infer")),
        ask(predictor, INFER, body, length=length),
    ]
    for number, reply in enumerate(asked, 2):
        assert reply.status == 200, reply.text
        lines = [json.loads(line) for line in reply.log]
        same = ("prediction_id", "inputs", "features", "score", "label")
        assert [[line[name] for name in same] for line in lines] == [
            [json.loads(line)[name] for name in same] for line in native.log
        ]
        assert {line["attempt"] for line in lines} == {number}
    for reply in asked[:5]:
        assert reply.body == {"predictions": predictions}
    for reply in asked[5:]:
        data = {output["name"]: output["data"] for output in reply.body["outputs"]}
        for name in ("prediction_id", "label", "probability"):
            assert data[name] == [row[name] for row in predictions]
        assert [json.loads(marks) for marks in data["marks"]] == [{"missing": ["queue"]}] * 2
    assert asked[5].body["id"] == "q1"
    assert "id" not in asked[7].body


RECORDED = json.loads(Path(__file__).with_name("client_bodies.json").read_text())


@pytest.mark.parametrize("sent", RECORDED, ids=lambda sent: f"{sent['client']} {sent['path']}")
def test_what_stock_clients_send_is_read_as_the_rows_they_were_given(
    predictor: Predictor, sent: Mapping[str, Any]
) -> None:
    """`./scripts/bench protocols` runs the clients themselves; these bodies are theirs as they came over the wire."""
    body = expanded(base64.b64decode(sent["body"]), sent["content-encoding"])
    reply = ask(predictor, sent["path"], body, length=sent["inference-header-content-length"])
    second = {**ROWS[1], "shop": None if sent["path"] == "invocations" else "söuth"}
    native = ask(predictor, "predict", {"instances": [ROWS[0], second]})
    told = [[json.loads(line)[name] for name in ("prediction_id", "inputs", "score")] for line in reply.log]
    assert told == [[json.loads(line)[name] for name in ("prediction_id", "inputs", "score")] for line in native.log]
    assert len(told) == 2


def test_only_the_outputs_that_are_asked_for_are_answered(predictor: Predictor) -> None:
    reply = ask(predictor, INFER, {**tensors(), "outputs": [{"name": "label"}]})
    (label,) = reply.body["outputs"]
    assert (label["datatype"], label["shape"], len(label["data"])) == ("BOOL", [2], 2)


def test_what_is_said_of_a_model_is_what_it_takes_and_gives(predictor: Predictor) -> None:
    package = find_package()
    found = described(package.charter, 7, package.manifest.classes)
    assert {tensor["name"]: tensor["datatype"] for tensor in found["inputs"]} == DATATYPES
    answer = ask(predictor, INFER, tensors()).body["outputs"]
    kinds = [(one["name"], one["datatype"]) for one in answer]
    assert [(one["name"], one["datatype"]) for one in found["outputs"]] == kinds


@pytest.mark.parametrize(
    "path",
    [
        *("", "ping", "predict/", "predict/x", "invocations/x", "v2/models", "v2/models/late-orders", "v2/infer"),
        *("v2/models/other/infer", "v2/models/late-orders/versions/8/infer", "v2/models/late-orders/versions/infer"),
    ],
)
def test_there_is_nothing_else_below_a_model(predictor: Predictor, path: str) -> None:
    reply = ask(predictor, path, tensors())
    assert (reply.status, reply.body["error"]["kind"], reply.log) == (404, "not_found", ())


def test_the_scope_is_asked_for_before_anything_is_said(predictor: Predictor) -> None:
    for path in ("nothing", INFER, "invocations"):
        assert ask(predictor, path, b"{", scopes=("predict:other",)).status == 403


WRONG_INVOCATIONS: Mapping[str, tuple[object, str]] = {
    "no object": ([1], "not an object"),
    "no form": ({}, "0 of MLflow's forms"),
    "two forms": ({"instances": ROWS, "inputs": COLUMNS}, "2 of MLflow's forms"),
    "unknown": ({"instances": ROWS, "x": 1}, "unknown field"),
    "params": ({"instances": ROWS, "params": {"k": 1}}, "takes none"),
    "no rows": ({"dataframe_records": []}, "no rows"),
    "no columns": ({"dataframe_split": {"data": []}}, "no columns and data"),
    "twice": ({"dataframe_split": {"columns": ["at", "at"], "data": []}}, "each once"),
    "short": ({"dataframe_split": {"columns": NAMES, "data": [[1]]}}, "found 1 values for 4"),
    "uneven": ({"inputs": {**COLUMNS, "at": [AT]}}, '"at" 1'),
    "unnamed": ({"inputs": [[1, 2]]}, r"inputs\[0\]: found \[1, 2\], not an object"),
    "infinite": (b'{"dataframe_records": [{"amount": Infinity}]}', "holds Infinity"),
    "NaN": (b'{"inputs": {"order_id": NaN}}', r"inputs\[0\]\.order_id: found null"),
    "wrong": (
        {"dataframe_records": [{**ROWS[0], "amount": "much"}]},
        r"_records\[0\]\.amount: found \"much\"",
    ),
    "many": ({"inputs": {"order_id": [1] * (MAXIMUM_INSTANCES + 1)}}, f"{MAXIMUM_INSTANCES} are allowed"),
}


@pytest.mark.parametrize("case", WRONG_INVOCATIONS)
def test_a_wrong_invocation_is_refused_with_what_is_wrong(case: str) -> None:
    body, said = WRONG_INVOCATIONS[case]
    with pytest.raises(SerinError, match=said):
        read_invocation(body if isinstance(body, bytes) else json.dumps(body).encode(), orders_charter().inputs)


def with_tensor(of: str, /, **more: Any) -> dict[str, Any]:
    return {"inputs": [{**one, **(more if one["name"] == of else {})} for one in tensors()["inputs"]]}


WRONG_TENSORS: Mapping[str, tuple[object, str]] = {
    "no object": ([], "no list of inputs"),
    "no inputs": ({"inputs": []}, "no list of inputs"),
    "unknown field": ({**tensors(), "x": 1}, "unknown field"),
    "endless id": (b'{"id": 1e999, "inputs": [1]}', "id of the request"),
    "no tensor": ({"inputs": [7]}, "no tensor"),
    "of nobody": (with_tensor("at", name="x"), "not an input"),
    "twice": ({"inputs": [tensor("at", [AT, AT])] * 2}, "comes twice"),
    "wrong datatype": (with_tensor("amount", datatype="BYTES"), "has the datatype"),
    "wrong shape": (with_tensor("amount", shape=[1, 2]), "has the shape"),
    "true rows": (with_tensor("amount", shape=[True]), "has the shape"),
    "no rows": (with_tensor("amount", shape=[0]), "has the shape"),
    "too many rows": (with_tensor("amount", shape=[10**12]), "are allowed"),
    "short": (with_tensor("amount", data=[1.0]), "1 values for 2 rows"),
    "uneven": (with_tensor("amount", shape=[1], data=[1.0]), "another number of rows"),
    "too great for its type": (with_tensor("order_id", datatype="INT8", data=[127, 128]), "says INT8 and holds 128"),
    "negative for its type": (with_tensor("amount", datatype="UINT16", data=[0, -1]), "says UINT16 and holds -1"),
    "null": (with_tensor("order_id", data=[1, None]), "found null"),
    "lacks": ({"inputs": [tensor("at", [AT, AT])]}, r"order_id: is missing"),
    "no output": ({**tensors(), "outputs": [{"name": "x"}]}, "no output"),
    "outputs": ({**tensors(), "outputs": 3}, "no output"),
    "no bytes": (with_tensor("amount", parameters={"binary_data_size": 16}), "has 0 of 16 bytes"),
    "bytes": (with_tensor("amount", parameters={"binary_data_size": -1}), "binary_data_size"),
}


def infer(body: bytes, length: str | None = None) -> object:
    return read_infer(body, orders_charter(), find_package().manifest.classes, length)


@pytest.mark.parametrize("case", WRONG_TENSORS)
def test_wrong_tensors_are_refused_with_what_is_wrong(case: str, released: Released) -> None:
    body, said = WRONG_TENSORS[case]
    with pytest.raises(SerinError, match=said):
        infer(body if isinstance(body, bytes) else json.dumps(body).encode())


def test_binary_tensors_are_held_to_their_lengths_and_hold_no_nan(released: Released) -> None:
    body, length = binary()
    for wrong in ("x", "-1", str(len(body) + 1), "1" * 40):
        with pytest.raises(SerinError, match="Inference-Header-Content-Length"):
            infer(body, wrong)
    with pytest.raises(SerinError, match="belong to no tensor"):
        infer(body + b"x", length)
    with pytest.raises(SerinError, match="has 15 of 16 bytes"):
        infer(body[:-1], length)
    with pytest.raises(SerinError, match="amount holds NaN"):
        infer(body[:-8] + struct.pack("<d", float("nan")), length)
    start = int(length) + 16
    with pytest.raises(SerinError, match="ends behind the data"):
        infer(body[:start] + b"\xff" + body[start + 1 :], length)


def test_a_row_that_fails_leaves_no_tensor_that_lacks_it_and_is_logged(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tensor of truth values cannot say that one is not known."""

    def fails(self: object, rows: Any) -> Any:
        if any(row["shop"] is None for row in rows):
            raise ModelFailed("It cannot.", "Do that.", cause="no shop")
        return [0.5 for _ in rows]

    monkeypatch.setattr("serin.serving.model.ServedModel.score", fails)
    table, reply = ask(predictor, "invocations", MLFLOW["instances"]), ask(predictor, INFER, tensors())
    assert [row.get("label") for row in table.body["predictions"]] == [True, None]
    assert table.body["predictions"][1]["error"]["kind"] == "model_failed"
    assert (reply.status, reply.body["error"]["kind"]) == (500, "model_failed")
    assert [json.loads(line)["status"] for line in reply.log] == ["ok", "failed"]
    assert reply.failure is not None


@pytest.mark.parametrize(
    ("task", "classes", "kinds"),
    [
        ("regression", (), {"value": ("FP64", (-1,))}),
        ("binary", (0, 1), {"label": ("INT64", (-1,)), "probability": ("FP64", (-1,))}),
        (
            "multiclass",
            ("a", "b", "c"),
            {"label": ("BYTES", (-1,)), "probability": ("FP64", (-1,)), "probabilities": ("FP64", (-1, 3))},
        ),
    ],
)
def test_answers_of_every_task_are_tensors(task: Any, classes: tuple[Any, ...], kinds: dict[str, Any]) -> None:
    found = {tensor.name: (tensor.datatype, tensor.shape) for tensor in outputs(task, classes)}
    texts = ("BYTES", (-1,))
    assert found == {"prediction_id": texts, **kinds, "marks": texts}
    read = read_infer(json.dumps(tensors()).encode(), orders_charter(task), classes)
    probabilities = {str(name): number / 10 for number, name in enumerate(classes)}
    row = {"prediction_id": "p", "label": (*classes, 0)[0], "probability": 0.5, "value": 1.5}
    answer = read.answer({"model": "m", "version": 1, "predictions": [{**row, "probabilities": probabilities}] * 2})
    for output in answer["outputs"]:
        values, (rows, *width) = output["data"], output["shape"]
        assert len(values) == rows * (width[0] if width else 1) == 2 * (width[0] if width else 1)
