"""What a process of a function begins with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.local.session import Session
from serin.bootstrap import platform
from serin.domain.scratch import SCRATCH
from serin.services.steps.released_code import ReleasedCode

ROOT = Path(__file__).parents[2]


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A function's temporary folder, with what a process left that was ended in the middle of its work."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / f"{SCRATCH}half").mkdir()
    (tmp_path / f"{SCRATCH}half" / "upload.csv").write_text("2.4 GB")
    (tmp_path / f"{SCRATCH}model-ab.zip.x1.part").write_text("half a model")
    (tmp_path / "somebody-elses").write_text("stays")
    return tmp_path


def test_lambdas_temporary_folder_is_cleared_of_an_ended_process_before_the_next_works(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.__wrapped__()
    assert len(list(scratch.iterdir())) == 3
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    platform.__wrapped__()
    assert [path.name for path in scratch.iterdir()] == ["somebody-elses"]


def test_all_that_functions_make_in_their_temporary_folder_is_named_so() -> None:
    sources = (ROOT / "layers" / "core" / "python" / "serin").rglob("*.py")
    made = [
        call for path in sources for call in re.findall(r"(?:TemporaryDirectory|mkdtemp)\((.*?)\)", path.read_text())
    ]
    assert len(made) > 5
    assert set(made) == {"prefix=SCRATCH"}


def test_a_running_local_cloud_is_not_taken_for_what_a_process_left(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function's image runs on a laptop as well, whose /tmp is everybody's."""
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    session = Session(scratch)
    try:
        platform.__wrapped__()
        assert session.folder.exists()
    finally:
        session.close()


def test_a_released_models_code_is_there_whole_or_not_at_all(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> None:
        raise MemoryError

    before = set(scratch.iterdir())
    monkeypatch.setattr("serin.services.steps.released_code.replace_file", dies)
    with pytest.raises(MemoryError):
        ReleasedCode(b"zip")
    assert set(scratch.iterdir()) == before
    monkeypatch.undo()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    ReleasedCode(b"zip")
    (written,) = set(scratch.iterdir()) - before
    assert written.name.startswith(f"{SCRATCH}model-")
    assert written.read_bytes() == b"zip"
