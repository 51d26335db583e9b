"""CPU of a process from its start to scikit-learn's first answer, from a DataFrame: `sklearn_cold.py FOLDER ROWS`."""

import json
import sys
import time
from pathlib import Path

import joblib
import pandas as pd

folder = Path(sys.argv[1])
row = json.loads(Path(sys.argv[2]).read_text())[0]
pipeline = joblib.load(folder / "histogram.joblib")
kinds = {name: object if isinstance(value, str) else float for name, value in row.items()}
score = pipeline.predict_proba(pd.DataFrame([row]).astype(kinds))[0, 1]
print(json.dumps({"score": float(score), "cpu_ms": time.process_time() * 1000}))
