"""CPU of a process of `predict` from its start to its first answer: `cold.py EVENT`, with the function's variables."""

import json
import sys
import time
from pathlib import Path

import handler  # type: ignore[import-not-found]

answer = handler.handle(json.loads(Path(sys.argv[1]).read_text()), None)
assert answer["statusCode"] == 200, answer
print(json.dumps({"cpu_ms": time.process_time() * 1000}))
