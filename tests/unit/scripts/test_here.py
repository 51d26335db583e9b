"""`serin train MODEL --here`: files in, the run out, and a debugger that stops in the files that are being written."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from serin.domain.errors import Invalid, NotFound
from serin_cli import __main__ as program
from serin_cli.here.files import files_of
from tests.builders import a_charter
from tests.functions.subject import DATASET, MODEL, PIPELINE, TABLE, subject


def test_files_are_of_the_dataset_of_their_folder_or_of_their_names_beginning(tmp_path: Path) -> None:
    (tmp_path / "shops").mkdir()
    names = ("shops/a.csv", "shops-2013.csv", "2013-02.csv", "2013-01.csv", "shopsoiled.csv", ".hidden")
    for name in names:
        (tmp_path / name).touch()
    found = {dataset: [file.name for file in files] for dataset, files in files_of(tmp_path, a_charter()).items()}
    assert found == {"orders": ["2013-01.csv", "2013-02.csv", "shopsoiled.csv"], "shops": ["a.csv", "shops-2013.csv"]}


def test_a_dataset_without_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "2013-01.csv").touch()
    with pytest.raises(Invalid, match="no file of the dataset shops"):
        files_of(tmp_path, a_charter())
    with pytest.raises(NotFound, match="There is no folder"):
        files_of(tmp_path / "nowhere", a_charter())


@pytest.mark.slow
def test_a_training_here_writes_its_run_and_stops_where_the_model_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stops = PIPELINE.replace("    numbers =", "    breakpoint()\n    print('aside')\n    numbers =")
    model, data, out = subject(tmp_path / "models", stops), tmp_path / "data", tmp_path / "out"
    data.mkdir()
    (data / f"{DATASET}.csv").write_bytes(TABLE)
    stopped: list[str] = []
    monkeypatch.setattr(sys, "breakpointhook", lambda: stopped.append(sys._getframe(1).f_code.co_filename))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["serin", "train", MODEL, "--here", "--data", "data", "--to", "out", "--json"])
    assert program.main() == 0
    assert set(stopped) == {str(model.folder.resolve() / "pipeline.py")}
    run: Any = json.loads(capsys.readouterr().out)
    assert (run["status"], run["cause"], run["version"]) == ("registered", "here", 1)
    assert run["provenance"]["layer"]
    assert json.loads((out / "run.json").read_text()) == run
    assert {path.name for path in out.iterdir()} == {
        *("run.json", "rows.parquet", "columns.npz", "scores.npz", "model.joblib", "layer.zip")
    }
    assert "model_code.pipeline" not in sys.modules


def test_files_without_here_are_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["serin", "train", MODEL, "--data", "data"])
    assert program.main() == 1
    assert "Add --here" in capsys.readouterr().err
