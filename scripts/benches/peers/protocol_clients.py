"""A model asked as its clients ask: `protocol_clients.py FILE`; prints what each was told, by the form it asked in."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import requests
import tritonclient.http as triton
from mlflow.pyfunc.scoring_server.client import PredictionsResponse
from mlflow.utils.proto_json_utils import dump_input_data

NAMES = ("prediction_id", "label", "probability")
TYPES = {"BYTES": object, "INT64": np.int64, "FP64": np.float64, "BOOL": np.bool_}
Question = Mapping[str, Any]


def main() -> None:
    """Ask in each form and print the answers."""
    question = json.loads(Path(sys.argv[1]).read_text())
    client = triton.InferenceServerClient(question["address"].partition("://")[2], network_timeout=60)
    headers, model = question["headers"], question["model"]
    said = {
        "live": client.is_server_live(headers),
        "ready": client.is_server_ready(headers) and client.is_model_ready(model, headers=headers),
        "server": client.get_server_metadata(headers)["name"],
        "model": client.get_model_metadata(model, headers=headers)["name"],
    }
    types = {
        tensor["name"]: tensor["datatype"] for tensor in client.get_model_metadata(model, headers=headers)["inputs"]
    }
    answers = {
        f"tritonclient {form}": _triton(client, question, types, binary="binary" in form, packed="gzip" in form)
        for form in ("json", "binary", "binary, gzip")
    }
    table = pd.DataFrame(question["flights"])
    answers["mlflow dataframe_split"] = _mlflow(question, dump_input_data(table))
    answers["mlflow instances"] = _mlflow(question, dump_input_data(question["flights"], inputs_key="instances"))
    records = json.dumps({"dataframe_records": table.to_dict(orient="records")})
    answers["mlflow dataframe_records"] = _mlflow(question, records)
    print(json.dumps({"said": said, "answers": answers}))


def _triton(
    client: Any, question: Question, types: Mapping[str, str], *, binary: bool, packed: bool
) -> Mapping[str, Any]:
    flights, tensors = question["flights"], []
    for name, datatype in types.items():
        values: Any = np.array([flight.get(name) for flight in flights], dtype=TYPES[datatype])
        tensor = triton.InferInput(name, list(values.shape), datatype)
        tensor.set_data_from_numpy(values, binary_data=binary)
        tensors.append(tensor)
    compression = "gzip" if packed else None
    # The client writes its own headers into the mapping, and would send them with the next request too.
    model, headers = question["model"], dict(question["headers"])
    result = client.infer(model, tensors, headers=headers, request_compression_algorithm=compression)
    return {name: result.as_numpy(name).tolist() for name in NAMES}


def _mlflow(question: Question, body: str) -> Mapping[str, Any]:
    headers = {**question["headers"], "Content-Type": "application/json"}
    answer = requests.post(f"{question['address']}/invocations", body, headers=headers, timeout=60)
    answer.raise_for_status()
    table = PredictionsResponse.from_json(answer.text).get_predictions()
    return {name: table[name].tolist() for name in NAMES}


if __name__ == "__main__":
    main()
