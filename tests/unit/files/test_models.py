from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from serin.domain.buckets import definition
from serin.domain.charter import Charter, sources_of
from serin.domain.contracts import Contract
from serin.domain.errors import Invalid
from serin.domain.records import from_record
from serin.domain.sources import Source
from serin.files.bundle import write_charters, write_code
from serin.files.models import ModelFolder, read_model, read_models
from tests.unit.files.written_model import FEATURES, FILES, line_of, write_model

COMMITTED = Path(__file__).parents[3] / "models" / "flight-delay"


def _bytes(folder: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _second(root: Path, edits: Mapping[str, Mapping[str, str]]) -> None:
    renamed = {"model.yaml": {"model: trip-delay": "model: trip-cost", **edits.get("model.yaml", {})}}
    write_model(root, {**edits, **renamed}, name="trip-cost")


def _read(root: Path) -> tuple[ModelFolder, ...]:
    return read_models(root / "models")


def test_every_folder_is_a_model(tmp_path: Path) -> None:
    write_model(tmp_path)
    _second(tmp_path, {})
    (tmp_path / "models" / "__pycache__").mkdir()
    models = _read(tmp_path)
    assert [model.charter.model for model in models] == ["trip-cost", "trip-delay"]
    assert set(models[0].contracts) == {"trips", "stations", "weather", "depots", "rides"}
    assert len(models[0].golden) == 1


def test_a_folder_without_a_charter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "models" / "empty").mkdir(parents=True)
    with pytest.raises(Invalid, match=r"models/empty/model.yaml:1: there is no such file"):
        _read(tmp_path)


def test_the_faults_of_every_model_are_shown_at_once(tmp_path: Path) -> None:
    write_model(tmp_path, {"model.yaml": {"task: binary": "task: guess"}})
    _second(tmp_path, {"model.yaml": {"task: binary": "task: ask"}})
    with pytest.raises(Invalid) as caught:
        _read(tmp_path)
    assert [line.partition(":")[0] for line in caught.value.message.splitlines()] == [
        "models/trip-cost/model.yaml",
        "models/trip-delay/model.yaml",
    ]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no folder models/"):
        _read(tmp_path)


def test_two_models_that_disagree_about_a_dataset_are_refused(tmp_path: Path) -> None:
    write_model(tmp_path)
    _second(tmp_path, {"contracts/weather.yaml": {"version: 1.0.0": "version: 1.0.1"}})
    with pytest.raises(Invalid, match="the dataset 'weather' has another contract in models/trip-cost/"):
        _read(tmp_path)


def test_two_models_that_protect_a_dataset_otherwise_are_refused(tmp_path: Path) -> None:
    protected = {
        "model.yaml": {"  requirements:\n": "  compliance: {personal_data: {station: hash}}\n  requirements:\n"}
    }
    write_model(tmp_path, protected)
    _second(tmp_path, protected)
    assert len(_read(tmp_path)) == 2
    shutil.rmtree(tmp_path / "models" / "trip-cost")
    _second(tmp_path, {})
    with pytest.raises(Invalid, match=r"personal_data\.station: hash for \w+, and trip-cost says nothing"):
        _read(tmp_path)


def test_a_slice_of_which_no_value_may_be_shown_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path)
    contract = tmp_path / "models" / "trip-delay" / "contracts" / "trips.yaml"
    text = contract.read_text()
    assert "{name: line, " in text
    contract.write_text(text.replace("{name: line, ", "{name: line, classification: restricted, "))
    with pytest.raises(Invalid, match=r"slices\.line: 'line', of which a contract keeps all values back"):
        _read(tmp_path)


def test_two_models_may_each_mean_something_by_the_name_of_a_view(tmp_path: Path) -> None:
    """Its items are kept by its definition, so that neither overwrites the other's."""
    write_model(tmp_path)
    _second(tmp_path, {"model.yaml": {"last: [wind, rain]": "last: [rain]"}})
    theirs, ours = (definition(model.charter, model.charter.features.view("sky")) for model in _read(tmp_path))
    assert theirs != ours


def test_each_model_says_for_itself_how_old_a_value_may_be(tmp_path: Path) -> None:
    write_model(tmp_path)
    _second(tmp_path, {"model.yaml": {"      ttl: 3h": "      ttl: 5h"}})
    assert len(_read(tmp_path)) == 2


WEATHER = "weather: {contract: contracts/weather.yaml"


def _from(source: str) -> Mapping[str, Mapping[str, str]]:
    return {"model.yaml": {WEATHER: f"{WEATHER}, source: {source}"}}


@pytest.mark.parametrize("theirs", ["{from: s3://acme/sky, every: 1h}", "{from: s3://acme/weather, every: 2h}"])
def test_two_models_that_disagree_about_a_source_are_refused_with_both_lines(tmp_path: Path, theirs: str) -> None:
    path = write_model(tmp_path, _from("{from: s3://acme/weather, every: 1h}"))
    _second(tmp_path, _from(theirs))
    line = line_of(path, "weather: {")
    with pytest.raises(Invalid) as refused:
        _read(tmp_path)
    where = f"models/trip-delay/model.yaml:{line}: datasets.weather.source: s3://acme/weather/ every 1h"
    assert refused.value.message.startswith(f"{where}, and models/trip-cost/model.yaml:{line} says s3://acme/")
    assert "leave it out in one" in refused.value.remedy


def test_one_of_two_models_may_name_the_source_of_both(tmp_path: Path) -> None:
    write_model(tmp_path, _from("{from: s3://acme/weather, every: 1h}"))
    _second(tmp_path, {})
    charters = [model.charter for model in _read(tmp_path)]
    assert {name: source.url for name, source in sources_of(charters).items()} == {"weather": "s3://acme/weather/"}
    assert sources_of(charters[:1]) == {}


def test_a_source_reaches_the_function_as_it_was_read(tmp_path: Path) -> None:
    path = write_model(tmp_path, _from("{from: s3://acme/weather, every: 1d}"))
    (model,) = _read(tmp_path)
    write_charters((model,), tmp_path / "out")
    written = json.loads((tmp_path / "out" / "serin_charters" / path.parent.name / "charter.json").read_text())
    assert from_record(Charter, written).dataset("weather").source == Source("acme", "weather/", timedelta(days=1))


def test_what_is_written_reads_back_as_what_was_read(tmp_path: Path) -> None:
    write_model(tmp_path)
    (model,) = _read(tmp_path)
    write_charters((model,), tmp_path / "out")
    package = tmp_path / "out" / "serin_charters"
    folder = package / "trip-delay"
    assert (package / "__init__.py").is_file()
    assert from_record(Charter, json.loads((folder / "charter.json").read_text())) == model.charter
    assert tuple(json.loads((folder / "golden.json").read_text())) == model.golden
    found = {path.stem: json.loads(path.read_text()) for path in (folder / "contracts").iterdir()}
    assert {name: from_record(Contract, record) for name, record in found.items()} == model.contracts


def test_a_search_space_keeps_its_order_when_it_is_written(tmp_path: Path) -> None:
    write_model(tmp_path)
    (model,) = _read(tmp_path)
    write_charters((model,), tmp_path / "out")
    charter = json.loads((tmp_path / "out" / "serin_charters" / "trip-delay" / "charter.json").read_text())
    assert list(charter["training"]["search"]["space"]) == ["max_leaf_nodes", "learning_rate"]


def test_the_same_models_give_the_same_bytes_wherever_they_lie(tmp_path: Path) -> None:
    for place in ("one", "two"):
        write_model(tmp_path / place)
        (model,) = _read(tmp_path / place)
        write_charters((model,), tmp_path / place / "out")
        write_code(model, tmp_path / place / "out")
    assert _bytes(tmp_path / "one" / "out") == _bytes(tmp_path / "two" / "out")
    assert len(_bytes(tmp_path / "one" / "out")) == 1 + 2 + 5 + 3


def test_the_code_of_a_model_is_a_package_of_its_python_files(tmp_path: Path) -> None:
    write_model(tmp_path)
    (model,) = _read(tmp_path)
    write_code(model, tmp_path / "out")
    package = _bytes(tmp_path / "out" / "model_code")
    assert set(package) == {"__init__.py", "features.py", "pipeline.py"}
    assert package["features.py"] == FEATURES.encode()


def test_reading_runs_none_of_a_models_code(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    path = write_model(tmp_path)
    for name in ("features.py", "pipeline.py"):
        (path.parent / name).write_text(f"open({str(touched)!r}, 'w')\n{FILES[name]}")
    _read(tmp_path)
    assert not touched.exists()


def test_the_committed_model_is_read() -> None:
    flights = read_model(COMMITTED)
    assert flights.charter.features.model_uses[:2] == ("hour", "weekday")
    assert 4 <= len(flights.golden) <= 6


def test_the_committed_model_does_not_depend_on_its_place(tmp_path: Path) -> None:
    shutil.copytree(COMMITTED, tmp_path / "models" / COMMITTED.name, ignore=shutil.ignore_patterns("__pycache__"))
    assert [m.charter for m in read_models(tmp_path / "models")] == [read_model(COMMITTED).charter]


@pytest.mark.parametrize("name", ["features.py", "notes.txt", "contracts/more.yaml", "deep/er"])
def test_a_link_in_a_model_folder_is_refused(name: str, tmp_path: Path) -> None:
    _refuses_a_link(tmp_path, tmp_path / "models" / "one" / name)


def test_a_model_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "models" / "one").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Invalid, match="models/one is a link"):
        read_models(tmp_path / "models")


def test_models_in_a_linked_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "one").mkdir(parents=True)
    (tmp_path / "models").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Invalid, match="models is a link"):
        read_models(tmp_path / "models")


def _refuses_a_link(tmp_path: Path, link: Path) -> None:
    (tmp_path / "secret").write_text("token")
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(tmp_path / "secret")
    with pytest.raises(Invalid, match=f"{link.name} is a link"):
        read_models(tmp_path / "models")
