"""The flights example as benches use it: its files whole, what its contracts accept, its code."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from benches.measuring import ROOT
from serin.data.contract.checked_files import check_file
from serin.data.contract.rules import Surroundings
from serin.data.features.joins import derive, latest_rows
from serin.data.files.reading import opened
from serin.files.models import ModelFolder, read_models
from serin_cli.sample import write_sample

NOW = datetime(2014, 1, 2, tzinfo=UTC)
"""When all of the year's files have come."""
MODELS, DATASETS = ROOT / "models", ("flights", "weather", "planes", "airports")


def model() -> ModelFolder:
    """The model of flights."""
    return next(one for one in read_models(MODELS) if one.charter.model == "flight-delay")


def write_files(folder: Path, months: int) -> None:
    """Each dataset as one CSV file: the first months of flights and weather, all planes and airports."""
    files = write_sample(folder)
    for dataset, prefix in (("flights", "2013-"), ("weather", "weather-2013-")):
        monthly = [file.read_bytes() for file in files if file.name.startswith(prefix)][:months]
        header = monthly[0].partition(b"\n")[0] + b"\n"
        (folder / f"{dataset}.csv").write_bytes(header + b"".join(month.partition(b"\n")[2] for month in monthly))


def write_accepted(folder: Path, *datasets: str) -> Mapping[str, pl.DataFrame]:
    """What the contracts accept of those files, also as it lies in the lake: one Parquet file each."""
    contracts = model().contracts
    tables = {}
    for dataset in datasets:
        name = f"{dataset}.csv"
        with TemporaryDirectory() as scratch, opened(name, folder / name, contracts[dataset]) as blocks:
            checked = check_file(blocks, contracts[dataset], Surroundings(NOW), Path(scratch))
            assert checked.accepted is not None, f"no row of {name} is good"
            into = shutil.copy(checked.accepted, folder / f"{dataset}.parquet")
        tables[dataset] = pl.read_parquet(into)
    return tables


def with_derived(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables as features are made of them: each row once, with what the model's own code adds."""
    folder = model()
    latest = {name: latest_rows(table, folder.contracts[name]) for name, table in tables.items()}
    return {name: derive(folder.charter, name, latest, function_of(folder.folder)) for name in latest}


def function_of(folder: Path, file: str = "features.py") -> Callable[[str], Callable[..., Any]]:
    """Finds a function of a file of the model's, loaded as a file: it is the user's, not a package."""
    spec = importlib.util.spec_from_file_location(f"flight_delay_{Path(file).stem}", folder / file)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(folder / file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda call: getattr(module, call.partition(":")[2])
