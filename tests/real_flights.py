"""The flights example on real data: charter, contracts, functions, and January 2013, read and checked once."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import polars as pl

from serin.data.files.reading import read_table
from serin.files.models import ModelFolder, read_model
from serin_cli.sample import write_sample
from tests.checking import check

FOLDER = Path(__file__).parents[1] / "models"
"""Where a newcomer puts models beside the examples: a test looks at those it names, never at whatever is there."""
FILES = {"flights": "2013-01.csv", "weather": "weather-2013-01.csv", "planes": "planes.csv", "airports": "airports.csv"}


@cache
def flight_delay() -> ModelFolder:
    """The example model as its folder describes it."""
    return read_model(FOLDER / "flight-delay")


@cache
def features() -> ModuleType:
    """The example's features.py, loaded as a file: it is the user's, not a package."""
    spec = importlib.util.spec_from_file_location("flight_delay_features", FOLDER / "flight-delay" / "features.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("models/flight-delay/features.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def function(call: str) -> Callable[..., Any]:
    """The function a charter names, of the example's code."""
    found: Callable[..., Any] = getattr(features(), call.partition(":")[2])
    return found


@cache
def january() -> Mapping[str, pl.DataFrame]:
    """The accepted rows of January by dataset."""
    with TemporaryDirectory() as folder:
        write_sample(Path(folder))
        contents = {name: (Path(folder) / file).read_bytes() for name, file in FILES.items()}
    contracts = flight_delay().contracts
    return {
        name: check(read_table(FILES[name], content, contracts[name]), contracts[name]).accepted
        for name, content in contents.items()
    }
