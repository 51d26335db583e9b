"""The handlers as files: each is loaded by its path, as Lambda loads it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.parent.name for path in ROOT.glob("functions/*/handler.py"))


def handler(name: str) -> ModuleType:
    """A fresh import of functions/<name>/handler.py."""
    path = ROOT / "functions" / name / "handler.py"
    spec = importlib.util.spec_from_file_location(f"handler_of_{name}", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def saved_event(name: str) -> Any:
    """An event as AWS sends it."""
    return json.loads((ROOT / "tests" / "events" / f"{name}.json").read_text())
