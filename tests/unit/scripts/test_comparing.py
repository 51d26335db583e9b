"""`serin runs --compare`, without a platform."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

import pytest

from serin.domain.records import as_record
from serin.domain.runs import RunMetric
from serin_cli import comparing, runs
from serin_cli.client import Client
from serin_cli.command_line.app import result_of
from tests.builders import a_summary

LOSS = RunMetric("log_loss", 0.41, "validation", 900, 7, 0.38, 0.44)
SUMMARIES = [
    a_summary("r1.001", parent="r1", params={"depth": 3}, algorithm="Tree", metrics={LOSS.name: LOSS}),
    a_summary("r1.002", parent="r1", status="failed", reason="<b>States.Timeout"),
]


class Platform:
    """Answers with two trials and remembers what it was asked."""

    asked: dict[str, Any]

    def get(self, path: str, **query: Any) -> Any:
        self.asked = {"path": path, **query}
        return {"items": [as_record(item) for item in SUMMARIES]}


def compared(platform: Platform, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    monkeypatch.setattr(runs, "connected", lambda: nullcontext(platform))
    return result_of("runs", "late-orders", *words)


def test_runs_are_compared_in_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Platform()
    words = ("--where", "status=failed", "--order", "validation.log_loss", "--limit", "5")
    assert compared(platform, monkeypatch, *words) is None
    told = capsys.readouterr().out
    assert "r1.001" in told
    assert "0.41" in told
    assert platform.asked == {
        **{"path": "/runs/compare", "model": "late-orders", "limit": "5"},
        **{"where": ["status=failed"], "order": "validation.log_loss"},
    }


def test_a_page_draws_them_with_their_intervals_and_trusts_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "runs.html"
    assert compared(Platform(), monkeypatch, "--page", str(file)) == {"page": str(file)}
    page = file.read_text(encoding="utf-8")
    assert page.count("<svg") == 1
    assert "validation.log_loss, less is better" in page
    assert "900 rows of 7 days" in page
    assert "<b>States" not in page


def test_a_search_says_how_far_it_has_come() -> None:
    said = comparing.progress_of(cast(Client, Platform()), "late-orders", "r1")
    assert said() == "Training: 2 trials over, 1 failed, best validation.log_loss 0.41"
