"""How a model's predictions are asked for and answered, as OpenAPI 3.1 says it.

Another function answers them, without a framework; what it takes is the charter's inputs, held to the
rules of `serin.domain.fields`, and a test sends what this says to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from serin.domain.charter import Charter, Input, InputType, Task
from serin.domain.fields import CONTROL_SHAPE, INT64, MAXIMUM_CHARACTERS, MAXIMUM_INSTANCES, TIMESTAMP_SHAPE
from serin.http.explanations import EXPLAIN, explanation_schema

Schema = dict[str, Any]


def prediction_path(charter: Charter, problems: Mapping[str, Any]) -> dict[str, Any]:
    """The path item of `POST /models/<model>/predict`; `problems` are the responses every route may give."""
    answers = {"200": json_content("The predictions, one for each instance in their order.", response_schema(charter))}
    return {
        "post": {
            "tags": ["predictions"],
            "summary": charter.problem,
            "operationId": f"predict_{charter.model.replace('-', '_')}",
            "parameters": [KEY],
            "requestBody": {"required": True, **json_content("", request_schema(charter))},
            "responses": {**answers, **problems},
            "security": [{charter.access: []}],
        }
    }


KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "A word of the caller's own: within an hour the same rows of the same token get the same ids again.",
}


def request_schema(charter: Charter) -> Schema:
    """What a request's body must be."""
    instance = object_schema({item.name: value_schema(item) for item in charter.inputs})
    instance["required"] = [item.name for item in charter.inputs if not item.nullable]
    instances = {"type": "array", "items": instance, "minItems": 1, "maxItems": MAXIMUM_INSTANCES}
    body = object_schema({"instances": instances})
    body["properties"]["explain"] = EXPLAIN
    return body


def response_schema(charter: Charter) -> Schema:
    """What the answer is: the version that answered, and for each instance an id, the answer and what was amiss.

    A row that the model's code cannot answer has its own error instead; the others are answered, so the status is 200.
    """
    names: Schema = {"type": "array", "items": {"type": "string"}}
    prediction = object_schema({"prediction_id": {"type": "string"}, **_answer(charter)})
    prediction["properties"] |= {
        "missing": {**names, "description": "Views without a value for this instance."},
        "stale": {**names, "description": "Views whose value was too old to be used."},
        "too_busy": {**names, "description": "Views whose entity has more events than are counted online."},
        "unknown": {**names, "description": "Columns with a category that was not there in training."},
        "explanation": explanation_schema(charter.task),
    }
    version = {"type": "integer", "minimum": 1}
    rows = {"type": "array", "items": {"anyOf": [prediction, _failed_row()]}, "minItems": 1}
    answer = object_schema({"model": {"const": charter.model}, "version": version, "predictions": rows})
    counted = {"type": "integer", "minimum": 1, "description": "How many rows have an error; absent where none has."}
    answer["properties"]["failed"] = counted
    return answer


def _failed_row() -> Schema:
    text: Schema = {"type": "string"}
    error = object_schema({"row": {"type": "integer", "minimum": 0}, "kind": text, "message": text, "remedy": text})
    error["properties"]["row"] |= {"description": "The instance's place in the request, from 0."}
    error["properties"]["field"] = {**text, "description": "The feature or column that is to blame, where one is."}
    error["description"] = "The model's own code cannot answer this row. Asked again it fails again: do not repeat it."
    return object_schema({"prediction_id": text, "error": error})


def value_schema(item: Input) -> Schema:
    schema = _TYPES[item.type]()
    bounds = (("minimum", item.min, max), ("maximum", item.max, min))
    for name, bound, stricter in bounds:
        if bound is not None:
            schema[name] = stricter(bound, schema[name]) if name in schema else bound
    if item.nullable:
        schema["type"] = [schema["type"], "null"]
    return schema


def _string() -> Schema:
    return {"type": "string", "maxLength": MAXIMUM_CHARACTERS, "pattern": f"^[^{CONTROL_SHAPE}]*$"}


def _timestamp() -> Schema:
    return {"type": "string", "format": "date-time", "pattern": f"^{TIMESTAMP_SHAPE}$"}


_TYPES: Mapping[InputType, Callable[[], Schema]] = {
    "string": _string,
    "integer": lambda: {"type": "integer", "minimum": INT64.start, "maximum": INT64.stop - 1},
    "number": lambda: {"type": "number"},
    "boolean": lambda: {"type": "boolean"},
    "timestamp": _timestamp,
}
_LABEL: Schema = {"type": ["string", "integer", "number", "boolean"]}
_PROBABILITY: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_ANSWERS: Mapping[Task, Schema] = {
    "binary": {
        "label": _LABEL,
        "probability": {**_PROBABILITY, "description": "Of the class `positive`."},
        "positive": _LABEL,
    },
    "multiclass": {
        "label": _LABEL,
        "probability": {**_PROBABILITY, "description": "Of the label."},
        "probabilities": {"type": "object", "additionalProperties": _PROBABILITY},
    },
    "regression": {"value": {"type": "number"}},
}


def _answer(charter: Charter) -> dict[str, Schema]:
    """`positive` is no constant: a version that was trained before the charter said otherwise keeps its own."""
    fields: dict[str, Schema] = dict(_ANSWERS[charter.task])
    if charter.positive is not None:
        said = f"The class whose probability is given; the charter says {charter.positive!r}."
        fields["positive"] = {**_LABEL, "description": said}
    return fields


def object_schema(properties: Mapping[str, Schema]) -> Schema:
    required = list(properties)
    return {"type": "object", "properties": dict(properties), "required": required, "additionalProperties": False}


def json_content(description: str, schema: Schema) -> dict[str, Any]:
    found: dict[str, Any] = {"content": {"application/json": {"schema": schema}}}
    return {"description": description, **found} if description else found
