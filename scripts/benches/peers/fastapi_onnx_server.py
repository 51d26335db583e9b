"""FastAPI in front of onnxruntime: `fastapi_onnx_server.py FOLDER PORT`; the model is converted there already."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from asgi import serve
from fastapi_rows import app_of

TEXTS = ("carrier", "origin", "dest", "tailnum")


def main() -> None:
    """Serve it on one thread."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    content = (folder / "histogram.onnx").read_bytes()
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    names = [column.name for column in session.get_inputs()]
    output = [session.get_outputs()[-1].name]

    def score(rows: Sequence[Any]) -> list[float]:
        scores: list[float] = session.run(output, {name: _tensor(name, rows) for name in names})[0][:, 1].tolist()
        return scores

    serve(app_of(folder, score), port)


def _tensor(name: str, rows: Sequence[Any]) -> np.ndarray:
    if name in TEXTS:
        return np.array([[getattr(row, name) or ""] for row in rows], dtype=object)
    return np.array([[getattr(row, name)] for row in rows], dtype=np.float32)


if __name__ == "__main__":
    main()
