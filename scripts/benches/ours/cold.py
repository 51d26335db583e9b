"""CPU of a process of `predict` from its start to its first answer: `cold.py EVENT`, with the function's variables."""

import json
import sys
import time

import handler  # type: ignore[import-not-found]

with open(sys.argv[1], "rb") as file:  # noqa: PTH123 pathlib would be counted as the function's
    event = json.loads(file.read())
answer = handler.handle(event, None)
assert answer["statusCode"] == 200, answer
print(json.dumps({"cpu_ms": time.process_time() * 1000}))
