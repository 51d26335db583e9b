"""The histogram model as skl2onnx converts it: `onnx_convert.py FOLDER`, into histogram.onnx."""

import json
import sys
from pathlib import Path

import joblib
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType

TEXTS = ("carrier", "origin", "dest", "tailnum")

folder = Path(sys.argv[1])
pipeline, table = joblib.load(folder / "histogram.joblib"), joblib.load(folder / "table.joblib")
kinds = [(column, (StringTensorType if column in TEXTS else FloatTensorType)([None, 1])) for column in table]
content = to_onnx(pipeline, initial_types=kinds, options={"zipmap": False}).SerializeToString()
(folder / "histogram.onnx").write_bytes(content)
print(json.dumps({"kb": len(content) // 1024}))
