from __future__ import annotations

import subprocess
import sys

HEAVY = {"numpy", "pandas", "sklearn", "scipy", "joblib", "threadpoolctl", "boto3", "pydantic"}
SCRIPT = """
import importlib, pkgutil, sys
import serin.serving as serving
names = [found.name for found in pkgutil.iter_modules(serving.__path__, "serin.serving.")]
for name in names:
    importlib.import_module(name)
print(len(names), *sorted(sys.modules))
"""


def test_importing_serving_loads_no_library() -> None:
    command = [sys.executable, "-c", SCRIPT]
    found = subprocess.run(command, capture_output=True, text=True, check=True, env={})
    count, *modules = found.stdout.split()
    assert int(count) > 10, "the test looked at nothing"
    assert not HEAVY & set(modules)
