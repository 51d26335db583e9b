"""Three more tables from `serin init` to a live version: a small one, one with a time, one with awkward names."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_wine

from benches.shipped.catalogue import Shipped
from benches.shipped.newcomer import drafted
from benches.shipped.platform import NotLive, Platform
from serin_cli.sample import package_data


def _weather() -> pd.DataFrame:
    """Two months at one airport, as the package has them: year, month, day and hour by New York's clock."""
    rows = pd.read_csv(package_data() / "weather.csv")
    return rows[(rows["origin"] == "JFK") & (rows["month"] <= 2)].drop(columns="time_hour")


def _awkward() -> pd.DataFrame:
    frame = load_breast_cancer(as_frame=True).frame.head(300)
    return frame.rename(columns={name: f"{name.title()} (µm)" for name in frame.columns if "radius" in name})


def _small() -> pd.DataFrame:
    return load_wine(as_frame=True).frame


TABLES = {
    "small": (_small, "target", ()),
    "timed": (_weather, "temp", ("--time", "year,month,day,hour", "--zone", "America/New_York")),
    "awkward": (_awkward, "target", ()),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_a_table_becomes_a_live_version_without_an_edit_but_the_answers(name: str, tmp_path: Path) -> None:
    make, label, words = TABLES[name]
    frame = make()
    file = tmp_path / f"{name}.csv"
    frame.to_csv(file, index=False)
    draft = drafted(Shipped(name, "scikit-learn", "", label, words), file, tmp_path)
    platform = Platform(draft)
    assert platform.upload(file.name, file.read_bytes()) == len(frame)
    judged = platform.train()
    assert platform.release() == 1
    assert (judged.training_set.holdout_from is None) == (name != "timed")
    if name == "awkward":
        assert {"mean_radius_m", "mean_concave_points"} <= set(draft.model.charter.features.model_uses)


def test_a_file_with_rows_that_its_contract_refuses_is_not_taken_for_a_success(tmp_path: Path) -> None:
    frame = _small()
    file = tmp_path / "wine.csv"
    frame.to_csv(file, index=False)
    draft = drafted(Shipped("wine", "scikit-learn", "", "target"), file, tmp_path)
    frame.assign(alcohol="much").to_csv(file, index=False)
    with pytest.raises(NotLive, match="'much' is no number"):
        Platform(draft).upload(file.name, file.read_bytes())
