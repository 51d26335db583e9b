"""`serin cost` shows each line with its arithmetic, and says what it rests on."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import pytest

from serin.domain import prices
from serin.domain.errors import Invalid, NotFound
from serin_cli import cost as command
from serin_cli import story
from tests.infra.small_templates import small_templates
from tests.unit.files.written_model import write_model

MODEL = "trip-delay"


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "templates_of", lambda _: small_templates(MODEL))
    monkeypatch.setattr(story.out, "width", 3000)


def asked(model: str = MODEL, a_day: float = 1000.0, print_json: bool = False) -> Namespace:
    return Namespace(
        model=model, requests_per_day=a_day, ms=20.0, training_seconds=60.0, stage=None, print_json=print_json
    )


def test_the_lines_add_up_and_their_terms_do_too() -> None:
    bill = json.loads(json.dumps(command.cost(asked(print_json=True))))
    for line in [*bill["lines"], *bill["compared"]]:
        assert line["usd"] == pytest.approx(sum(term["amount"] * term["price"] for term in line["terms"]))
    assert bill["together"] == pytest.approx(sum(line["usd"] for line in bill["lines"]))
    assert bill["prices_of"] == prices.AS_OF.isoformat()
    assert bill["assumptions"]
    assert bill["sources"]


def test_a_person_reads_each_line_the_break_even_and_the_prices_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.cost(asked()) is None
    shown = capsys.readouterr().out
    for words in (
        "pollers of a queue",
        "For so many requests",
        "For trainings and releases",
        "ml.t2.medium",
        "serverless",
        "31 December 2025",
    ):
        assert words in shown
    assert "All of Serin costs more from " in shown
    assert "All of Serin costs more at every number of requests" in shown


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(Invalid, match="--requests-per-day is -1"):
        command.cost(asked(a_day=-1))
    with pytest.raises(Invalid, match="--requests-per-day is nan"):
        command.cost(asked(a_day=float("nan")))
    with pytest.raises(NotFound, match="There is no model 'other'"):
        command.cost(asked(model="other"))
