from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from infra import app
from infra.assembly_cache import INPUTS, OUTSIDE, inputs_digest, made_unless_known, written_unless_known
from infra.settings import Settings, target_for
from tests.waiting import PATIENCE_S

TARGET = target_for(Settings(), "local")


def a_working_copy(folder: Path) -> Path:
    for name in INPUTS:
        (folder / name).mkdir()
        (folder / name / "file.py").write_text(name)
    return folder


class Assembler:
    """Writes an assembly of one asset and counts how often it did."""

    def __init__(self, asset: Path) -> None:
        self.asset, self.times = asset, 0

    def __call__(self, folder: Path) -> None:
        self.times += 1
        files = {"files": {"1": {"source": {"path": str(self.asset)}}}}
        (folder / "stack.assets.json").write_text(json.dumps(files))


@pytest.fixture
def assembler(tmp_path: Path) -> Assembler:
    asset = tmp_path / "asset"
    asset.mkdir()
    return Assembler(asset)


def test_the_same_inputs_are_assembled_once(tmp_path: Path, assembler: Assembler) -> None:
    for _ in range(2):
        assert made_unless_known(tmp_path / "out", "a", assembler) == tmp_path / "out"
    assert assembler.times == 1


def test_of_eight_at_once_one_makes_it_and_the_others_find_it(tmp_path: Path, assembler: Assembler) -> None:
    together = Barrier(8, timeout=PATIENCE_S)

    def ask(_: int) -> Path:
        together.wait()
        return made_unless_known(tmp_path / "out", "a", assembler)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(8))) == {tmp_path / "out"}
    assert assembler.times == 1


def test_other_inputs_replace_the_assembly(tmp_path: Path, assembler: Assembler) -> None:
    made_unless_known(tmp_path / "out", "a", assembler)
    (tmp_path / "out" / "old").touch()
    made_unless_known(tmp_path / "out", "b", assembler)
    assert assembler.times == 2
    assert not (tmp_path / "out" / "old").exists()


def test_an_assembly_whose_assets_were_deleted_is_made_again(tmp_path: Path, assembler: Assembler) -> None:
    made_unless_known(tmp_path / "out", "a", assembler)
    assembler.asset.rmdir()
    made_unless_known(tmp_path / "out", "a", assembler)
    assert assembler.times == 2


def test_a_synthesis_that_fails_leaves_the_old_assembly_and_no_scratch(tmp_path: Path, assembler: Assembler) -> None:
    made_unless_known(tmp_path / "out", "a", assembler)

    def fail(folder: Path) -> None:
        raise ValueError("a charter is wrong")

    with pytest.raises(ValueError, match="charter"):
        made_unless_known(tmp_path / "out", "b", fail)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["asset", "out"]
    assert (tmp_path / "out" / "stack.assets.json").is_file()


@pytest.mark.parametrize("name", INPUTS)
def test_a_change_of_any_source_is_another_input(name: str, tmp_path: Path) -> None:
    root = a_working_copy(tmp_path)
    before = inputs_digest(root, Settings(), TARGET)
    assert inputs_digest(root, Settings(), TARGET) == before
    (root / name / "file.py").write_text("changed")
    assert inputs_digest(root, Settings(), TARGET) != before


def test_a_change_of_the_local_cloud_is_not(tmp_path: Path) -> None:
    root = a_working_copy(tmp_path)
    before = inputs_digest(root, Settings(), TARGET)
    service = root / OUTSIDE / "services" / "queues.py"
    service.parent.mkdir(parents=True)
    service.write_text("changed")
    assert inputs_digest(root, Settings(), TARGET) == before
    (root / "infra" / "localities.py").write_text("another name")
    assert inputs_digest(root, Settings(), TARGET) != before


def test_other_settings_or_another_target_are_other_inputs(tmp_path: Path) -> None:
    root = a_working_copy(tmp_path)
    digests = {
        inputs_digest(root, Settings(), TARGET),
        inputs_digest(root, Settings(burst=7), TARGET),
        inputs_digest(root, Settings(), target_for(Settings(), "aws")),
        inputs_digest(root, Settings(), TARGET, "stage=dev"),
    }
    assert len(digests) == 4


def test_what_began_to_be_written_in_place_and_failed_is_written_again(tmp_path: Path, assembler: Assembler) -> None:
    def fail() -> None:
        raise ValueError("a charter is wrong")

    written_unless_known(tmp_path, "a", partial(assembler, tmp_path))
    with pytest.raises(ValueError, match="charter"):
        written_unless_known(tmp_path, "b", fail)
    for _ in range(2):
        written_unless_known(tmp_path, "a", partial(assembler, tmp_path))
    assert assembler.times == 2


def test_what_cdk_asks_for_twice_is_synthesised_once_unless_it_says_something_else(
    tmp_path: Path, assembler: Assembler, monkeypatch: pytest.MonkeyPatch
) -> None:
    class App:
        def synth(self) -> None:
            assembler(tmp_path)

    monkeypatch.setattr(app, "app_of", lambda *_, **__: App())
    monkeypatch.setattr(app, "note", lambda _: None)
    monkeypatch.setenv("CDK_OUTDIR", str(tmp_path))
    for said in ("{}", "{}", '{"stage": "prod"}'):
        monkeypatch.setenv("CDK_CONTEXT_JSON", said)
        app.main()
    assert assembler.times == 2
    monkeypatch.delenv("CDK_OUTDIR")
    for _ in range(2):
        app.main()
    assert assembler.times == 4
