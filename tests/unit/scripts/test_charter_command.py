"""`serin charter` shows what each field of a model changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from serin.domain.errors import Invalid
from serin_cli import story
from serin_cli.charter import charter
from tests.unit.files.written_model import write_model


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(story.out, "width", 3000)


def test_a_field_is_shown_with_its_value_and_what_it_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert charter("trip-delay") is None
    lines = capsys.readouterr().out.splitlines()
    (latency,) = [line for line in lines if "latency_p95_ms" in line]
    assert "200" in latency
    assert "alarm: " in latency
    assert "(default)" not in latency
    (every,) = [line for line in lines if "monitoring.every" in line]
    assert "1d (default)" in every


def test_a_program_reads_all_of_it() -> None:
    rows = {row["field"]: row for row in charter("trip-delay", as_json=True)}
    assert rows["release.alpha"]["value"] == "0.05"
    assert rows["truth.created_time"] == {
        "field": "truth.created_time",
        "value": None,
        "set": False,
        "without": "a label is known when its row is accepted",
        "kind": "gate",
        "changes": rows["truth.created_time"]["changes"],
        "where": "layers/core/python/serin/data/features/truth.py",
    }


def test_the_schema_is_asked_for_without_a_model() -> None:
    assert charter(schema=True)["title"] == "A model's charter"
    with pytest.raises(Invalid, match="one of the two"):
        charter()
    with pytest.raises(Invalid, match="one of the two"):
        charter("trip-delay", schema=True)
