"""How clients of other servers ask for predictions, as OpenAPI 3.1 says it: by MLflow and the Open Inference Protocol.

`predict` answers them, and reads them by `serin.serving.protocols`; tests send what this says to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serin.domain.charter import Charter, Input
from serin.domain.fields import MAXIMUM_CHARACTERS, MAXIMUM_INSTANCES
from serin.http.predictions import KEY, json_content, object_schema, request_schema, response_schema, value_schema
from serin.services.describe_served import datatypes_of, output_names

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string", "maxLength": MAXIMUM_CHARACTERS}
_LENGTH = {
    "name": "Inference-Header-Content-Length",
    "in": "header",
    "required": False,
    "schema": {"type": "integer", "minimum": 0},
    "description": "Bytes of the JSON, where tensors in binary stand behind it; a tensor says binary_data_size.",
}
_VERSION = {"name": "version", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def protocol_paths(charter: Charter, problems: Mapping[str, Any]) -> dict[str, Any]:
    """The path items of a model's other protocols; `problems` are the responses every route may give."""
    base, infer = f"/models/{charter.model}", f"/models/{charter.model}/v2/models/{charter.model}"
    mlflow = invocation_schema(charter), invocation_response_schema(charter)
    tensors = infer_request_schema(charter), infer_response_schema(charter)

    def item(name: str, by: str, body: tuple[Schema, Schema], *parameters: Schema) -> dict[str, Any]:
        asked, answer = body
        operation = {
            "tags": ["predictions"],
            "summary": f"{charter.problem} Asked by {by}.",
            "operationId": f"{name}_{charter.model.replace('-', '_')}",
            "parameters": [KEY, *parameters],
            "requestBody": {"required": True, **json_content("", asked)},
            "responses": {"200": json_content("The predictions, in the order of the rows.", answer), **problems},
            "security": [{charter.access: []}],
        }
        return {"post": operation}

    return {
        f"{base}/invocations": item("invocations", "MLflow", mlflow),
        f"{infer}/infer": item("infer", "the Open Inference Protocol", tensors, _LENGTH),
        f"{infer}/versions/{{version}}/infer": item(
            "infer_of", "the Open Inference Protocol, of one version", tensors, _VERSION, _LENGTH
        ),
    }


def invocation_schema(charter: Charter) -> Schema:
    """What MLflow's scoring protocol may send: a table in one of its forms. NaN in it stands for null."""
    row = request_schema(charter)["properties"]["instances"]["items"]
    rows = {"type": "array", "items": row, "minItems": 1, "maxItems": MAXIMUM_INSTANCES}
    names = [item.name for item in charter.inputs]
    columns = {"type": "array", "items": {"enum": names}, "minItems": 1, "uniqueItems": True}
    data = {"type": "array", "items": {"type": "array"}, "minItems": 1, "maxItems": MAXIMUM_INSTANCES}
    split = object_schema({"columns": columns, "data": {**data, "description": "Rows with a value for each column."}})
    split["properties"]["index"] = {"type": "array", "description": "Says nothing here."}
    by_name = {item.name: _one_or_many(item) for item in charter.inputs}
    inputs = {**object_schema(by_name), "minProperties": 1}
    inputs["required"] = row["required"]
    forms = {
        "dataframe_split": split,
        "dataframe_records": rows,
        "inputs": {"anyOf": [inputs, rows]},
        "instances": rows,
    }
    none: Schema = {"type": ["object", "null"], "maxProperties": 0}
    return {"oneOf": [_form(form, schema, none) for form, schema in forms.items()]}


def _form(name: str, schema: Schema, params: Schema) -> Schema:
    form = object_schema({name: schema})
    form["properties"]["params"] = params
    return form


def _one_or_many(item: Input) -> Schema:
    value = value_schema(item)
    single = {"type": "array", "items": value, "minItems": 1, "maxItems": 1}
    many = {"type": "array", "items": {"anyOf": [value, single]}, "minItems": 1, "maxItems": MAXIMUM_INSTANCES}
    return {"anyOf": [value, many]}


def invocation_response_schema(charter: Charter) -> Schema:
    """The answer to it, which has no other field: its clients would take it for wrong."""
    return object_schema({"predictions": response_schema(charter)["properties"]["predictions"]})


def infer_request_schema(charter: Charter) -> Schema:
    """What the Open Inference Protocol may send in JSON: a tensor of each input, of as many rows."""
    tensors = {"type": "array", "items": {"anyOf": [_tensor(item) for item in charter.inputs]}, "minItems": 1}
    output = {"type": "object", "properties": {"name": {"enum": list(output_names(charter))}}, "required": ["name"]}
    body = object_schema({"inputs": {**tensors, "description": "One tensor an input, each of the same rows."}})
    body["properties"] |= {
        "id": _TEXT,
        "parameters": {"type": "object"},
        "outputs": {
            "type": "array",
            "items": output,
            "description": "The tensors that are asked for; without it, all.",
        },
    }
    return body


def _tensor(item: Input) -> Schema:
    value = value_schema(item)
    count: Schema = {"type": "integer", "minimum": 1, "maximum": MAXIMUM_INSTANCES}
    shape = {"type": "array", "prefixItems": [count, {"const": 1}], "minItems": 1, "maxItems": 2}
    data = {"type": "array", "items": value, "maxItems": MAXIMUM_INSTANCES, "description": "None where it is binary."}
    tensor = object_schema(
        {"name": {"const": item.name}, "datatype": {"enum": list(datatypes_of(item))}, "shape": shape}
    )
    tensor["properties"] |= {"data": data, "parameters": {"type": "object"}}
    return tensor


def infer_response_schema(charter: Charter) -> Schema:
    """The answer's tensors: ids, labels and scores, and `marks`, which says as JSON what makes an answer a guess."""
    whole: Schema = {"type": "integer", "minimum": 1}
    tensor: Schema = {
        "name": {"enum": list(output_names(charter))},
        "datatype": {"enum": ["BYTES", "FP64", "INT64", "BOOL"]},
        "shape": {"type": "array", "items": whole, "minItems": 1, "maxItems": 2},
        "data": {"type": "array", "items": {"type": ["string", "number", "boolean"]}},
    }
    body: Schema = {
        "model_name": {"const": charter.model},
        "model_version": {"type": "string"},
        "outputs": {"type": "array", "items": object_schema(tensor), "minItems": 1},
    }
    schema = object_schema(body)
    schema["properties"]["id"] = _TEXT
    return schema
