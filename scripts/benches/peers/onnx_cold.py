"""CPU of a process from its start to onnxruntime's first answer: `onnx_cold.py FOLDER ROWS`; the model is converted."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime

folder = Path(sys.argv[1])
row = json.loads(Path(sys.argv[2]).read_text())[0]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(str(folder / "histogram.onnx"), options, providers=["CPUExecutionProvider"])
tensors = {
    name: np.array([[value]], dtype=object if isinstance(value, str) else np.float32) for name, value in row.items()
}
score = session.run([session.get_outputs()[-1].name], tensors)[0][0, 1]
print(json.dumps({"score": float(score), "cpu_ms": time.process_time() * 1000}))
