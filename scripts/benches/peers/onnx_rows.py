"""Rows through onnxruntime: `onnx_rows.py FOLDER MODEL`; the whole pipeline, as skl2onnx converts it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import onnxruntime
from row_times import told
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType

TEXTS = ("carrier", "origin", "dest", "tailnum")
ROWS = 2000


def main() -> None:
    """Print the figures, on one thread; one tensor a column."""
    folder, name = Path(sys.argv[1]), sys.argv[2]
    pipeline, table = joblib.load(folder / f"{name}.joblib"), joblib.load(folder / "table.joblib")
    kinds = [(column, (StringTensorType if column in TEXTS else FloatTensorType)([None, 1])) for column in table]
    session = started(to_onnx(pipeline, initial_types=kinds, options={"zipmap": False}))
    output = [session.get_outputs()[-1].name]

    def score(inputs: dict[str, Any]) -> object:
        return session.run(output, inputs)

    bulk = {
        column: table[[column]].fillna("").to_numpy(object) if column in TEXTS else table[[column]].to_numpy(np.float32)
        for column in table
    }
    few = {column: values[:1000] for column, values in bulk.items()}
    rows = [{column: values[at : at + 1] for column, values in bulk.items()} for at in range(ROWS)]
    told(score, rows, lambda: score(few), lambda: score(bulk))


def started(model: Any) -> Any:
    """A session on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


if __name__ == "__main__":
    main()
