"""The second example: a number, one dataset, the default pipeline. It stands beside the first, trains and serves."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from benches.shipped.newcomer import Drafted
from benches.shipped.platform import Judged, Platform
from serin.files.models import ModelFolder, read_models
from serin_cli.sample import package_data
from tests.real_flights import FOLDER

MODEL = "temperature-ahead"
EXAMPLE = FOLDER / "_examples" / MODEL


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelFolder]:
    """The example as a person takes it in: a copy beside the model that is there."""
    for folder in (FOLDER / "flight-delay", EXAMPLE):
        shutil.copytree(folder, tmp_path / "models" / folder.name)
    package = Path(shutil.copytree(EXAMPLE, tmp_path / "code" / "model_code"))
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(package.parent))
    (found,) = [found for found in read_models(tmp_path / "models") if found.charter.model == MODEL]
    yield found
    for name in [name for name in sys.modules if name.partition(".")[0] == "model_code"]:
        del sys.modules[name]


def _weather() -> pl.DataFrame:
    """Two months of New York, as the package has them; in February there is a wind of 1,048 miles an hour."""
    return pl.read_csv(package_data() / "weather.csv", infer_schema=False).filter(pl.col("month").is_in(["3", "4"]))


@pytest.mark.slow
def test_it_learns_from_what_was_known_six_hours_before_and_goes_live(model: ModelFolder) -> None:
    golden = tuple(json.loads((EXAMPLE / "golden.json").read_text()))
    platform, frame = Platform(Drafted(model, golden, {})), _weather()
    assert platform.upload("weather.csv", frame.write_csv().encode()) == frame.height
    judged = platform.train()
    version = platform.catalog.version(MODEL, platform.release())
    assert platform.catalog.run(MODEL, "run1").algorithm == "HistGradientBoostingRegressor"
    assert version.metrics["rmse"] < 0.8 * _missed_by_what_is_now(platform, judged)


def _missed_by_what_is_now(platform: Platform, judged: Judged) -> float:
    """The root of the mean square of who says that it stays as it was six hours before."""
    rows = pl.read_parquet(platform.lake.get(judged.training_set.parquet)).filter(
        pl.col("__moment") >= judged.training_set.holdout_from
    )
    asked = rows.select(((pl.col("__label") - pl.col("now.temp")) ** 2).mean().sqrt()).item()
    assert isinstance(asked, float)
    return asked


def test_no_row_knows_what_was_observed_after_it_was_asked(model: ModelFolder) -> None:
    assert model.charter.training.pipeline is None
    assert model.charter.features.moment.before == timedelta(hours=6)
    assert {view.created_time for view in model.charter.features.views} == {"observed_utc"}
    sys.path_importer_cache.clear()
    from model_code import features  # type: ignore[import-not-found]

    asked = datetime.fromisoformat("2013-03-01T04:00:00+00:00")
    assert (features.clock(asked), features.day(asked), features.clock(None)) == (23, 59, None)
