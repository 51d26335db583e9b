"""The Open Inference Protocol, version 2, over HTTP: one tensor a column, and answers as tensors.

https://github.com/open-inference/open-inference-protocol: a null is null in JSON, and NaN is in no body. Tensors may
come in binary, as Triton's clients send them; answers are JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from serin.domain.charter import Charter, Input, Scalar, Task
from serin.domain.errors import Invalid
from serin.domain.fields import MAXIMUM_CHARACTERS, shown
from serin.domain.json_body import read_json
from serin.serving.protocols.tensors import DATATYPES, Tensor, binary_values, datatype_of, values_of
from serin.serving.requests import Asked, check_count, read_rows

_MARKS = ("missing", "stale", "too_busy", "unknown")
_FIELDS = {"id", "parameters", "inputs", "outputs"}
_Column = Callable[[Mapping[str, Any]], Any]


def read_infer(body: bytes, charter: Charter, classes: Sequence[Scalar], length: str | None = None) -> Asked:
    """The instances of an inference request; `length` is what the header says of the JSON's, `classes` the model's.

    A tensor that lacks is null in every row where the charter lets it be.
    """
    head, binary = _parted(body, length)
    content = read_json(head)
    if not isinstance(content, dict) or not isinstance(content.get("inputs"), list) or not content["inputs"]:
        raise Invalid("The body has no list of inputs, or an empty one.", "Send a tensor for each input.", "inputs")
    if unknown := sorted(content.keys() - _FIELDS):
        raise Invalid(f"The body has an unknown field {shown(unknown[0])}.", "Send id, inputs and outputs.")
    if not isinstance(content.get("id", ""), str) or len(content.get("id", "")) > MAXIMUM_CHARACTERS:
        raise Invalid("The id of the request is no text, or too long.", f"{MAXIMUM_CHARACTERS} characters fit.", "id")
    columns = _columns(content["inputs"], {item.name: item for item in charter.inputs}, binary)
    tensors = {tensor.name: tensor for tensor in outputs(charter.task, classes)}
    asked = [tensors[name] for name in _asked(content.get("outputs"), list(tensors))]
    answer = partial(_answer, classes=classes, id=content.get("id"), asked=asked)
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    return Asked(read_rows(rows, "inputs", charter.inputs), answer, tells_of_rows=False)


def outputs(task: Task, classes: Sequence[Scalar]) -> tuple[Tensor, ...]:
    """The tensors of an answer; `marks` says as JSON what makes a row's answer a guess, and is empty where nothing."""
    first, last = Tensor("prediction_id", "BYTES", (-1,)), Tensor("marks", "BYTES", (-1,))
    if task == "regression":
        return first, Tensor("value", "FP64", (-1,)), last
    label = Tensor("label", datatype_of(classes), (-1,))
    scores = [Tensor("probability", "FP64", (-1,))]
    if task == "multiclass":
        scores.append(Tensor("probabilities", "FP64", (-1, len(classes))))
    return first, label, *scores, last


def described(charter: Charter, version: int, classes: Sequence[Scalar]) -> Mapping[str, Any]:
    """A model's metadata."""
    tensors = [Tensor(item.name, DATATYPES[item.type][0], (-1,)) for item in charter.inputs]
    return {
        "name": charter.model,
        "versions": [str(version)],
        "platform": "serin",
        "inputs": [tensor.as_record() for tensor in tensors],
        "outputs": [tensor.as_record() for tensor in outputs(charter.task, classes)],
    }


def _parted(body: bytes, length: str | None) -> tuple[bytes, bytes]:
    if length is None:
        return body, b""
    if not (length.isascii() and length.isdigit()) or len(length) > 9 or int(length) > len(body):
        found = f"Inference-Header-Content-Length is {shown(length)}, and the body has {len(body)} bytes."
        raise Invalid(found, "Send how many bytes the JSON has.", "Inference-Header-Content-Length")
    return body[: int(length)], body[int(length) :]


def _columns(tensors: Sequence[object], inputs: Mapping[str, Input], binary: bytes) -> dict[str, Sequence[object]]:
    columns: dict[str, Sequence[object]] = {}
    for number, content in enumerate(tensors):
        where = f"inputs[{number}]"
        tensor, item = _known(content, where, inputs)
        if item.name in columns:
            raise Invalid(f"{where}: {item.name} comes twice.", "Send each input once.", where)
        check_count(tensor.shape[0], where)
        if (size := tensor.binary_size) is None:
            columns[item.name] = values_of(tensor, where)
        else:
            part, binary = binary[:size], binary[size:]
            columns[item.name] = binary_values(tensor, part, where)
        if len(columns[item.name]) != len(next(iter(columns.values()))):
            raise Invalid(f"{where}: {item.name} has another number of rows than the first.", _SHAPE, where)
    if binary:
        raise Invalid(f"{len(binary)} bytes behind the JSON belong to no tensor.", "Send binary_data_size.", "inputs")
    return columns


_SHAPE = "Send tensors of the shape [rows], one value for each row."


def _known(content: object, where: str, inputs: Mapping[str, Input]) -> tuple[Tensor, Input]:
    """The tensor and the input it is for, whose values it can hold."""
    parts = content if isinstance(content, dict) else {}
    match parts:
        case {"name": str(name), "datatype": str(datatype), "shape": [int(rows), *others]}:
            pass
        case _:
            raise Invalid(f"{where} is no tensor.", "Send name, datatype, shape and data.", where)
    if name not in inputs:
        raise Invalid(f"{where}: {shown(name)} is not an input of this model.", f"Send {', '.join(inputs)}.", where)
    item, datatypes = inputs[name], DATATYPES[inputs[name].type]
    if datatype not in datatypes:
        raise Invalid(f"{where}: {name} has the datatype {shown(datatype)}.", f"Send {', '.join(datatypes)}.", where)
    if isinstance(rows, bool) or rows < 1 or others not in ([], [1]):
        raise Invalid(f"{where}: {name} has the shape {shown([rows, *others])}.", _SHAPE, where)
    parameters = parts.get("parameters") or {}
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    if size is not None and (type(size) is not int or size < 0):
        raise Invalid(f"{where}: binary_data_size is {shown(size)}.", "Send how many bytes it has.", where)
    return Tensor(name, datatype, (rows,), parts.get("data"), size), item


def _asked(content: object, names: Sequence[str]) -> Sequence[str]:
    """The names of the outputs that are asked for; all where none are."""
    if content is None or content == []:
        return names
    asked = (
        [output.get("name") if isinstance(output, dict) else None for output in content]
        if (isinstance(content, list))
        else [None]
    )
    for name in asked:
        if name not in names:
            raise Invalid(f"There is no output {shown(name)}.", f"Ask for {', '.join(names)}.", "outputs")
    return [str(name) for name in asked]


def _answer(
    body: Mapping[str, Any], *, classes: Sequence[Scalar], id: object, asked: Sequence[Tensor]
) -> Mapping[str, Any]:
    predictions = body["predictions"]
    outputs = [
        {
            "name": tensor.name,
            "datatype": tensor.datatype,
            "shape": [len(predictions), *tensor.shape[1:]],
            "data": _data(tensor.name, predictions, classes),
        }
        for tensor in asked
    ]
    named = {} if id is None else {"id": id}
    return {"model_name": body["model"], "model_version": str(body["version"]), **named, "outputs": outputs}


def _data(name: str, predictions: Sequence[Mapping[str, Any]], classes: Sequence[Scalar]) -> list[Any]:
    if name == "marks":
        return [_marks(prediction) for prediction in predictions]
    if name == "probabilities":
        names = [str(value) for value in classes]
        return list(chain.from_iterable([row[name][value] for value in names] for row in predictions))
    return [prediction[name] for prediction in predictions]


def _marks(prediction: Mapping[str, Any]) -> str:
    import json

    marks = {mark: prediction[mark] for mark in _MARKS if mark in prediction}
    return json.dumps(marks) if marks else ""
