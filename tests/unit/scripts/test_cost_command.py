"""`serin cost` shows each line with its arithmetic, and says what it rests on."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from serin.domain import prices
from serin.domain.actual_cost import actual_cost
from serin.domain.errors import Invalid, NotFound
from serin.domain.records import as_record
from serin_cli import cost as command
from serin_cli import story
from tests.builders import NOON, a_run
from tests.infra.small_templates import small_templates
from tests.unit.domain.test_actual_cost import a_call
from tests.unit.files.written_model import write_model

MODEL = "trip-delay"


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "templates_of", lambda _: small_templates(MODEL))
    monkeypatch.setattr(story.out, "width", 3000)


def test_the_lines_add_up_and_their_terms_do_too() -> None:
    bill = json.loads(json.dumps(command.cost(MODEL, requests_per_day=1000.0, as_json=True)))
    for line in [*bill["lines"], *bill["compared"]]:
        assert line["usd"] == pytest.approx(sum(term["amount"] * term["price"] for term in line["terms"]))
    assert bill["together"] == pytest.approx(sum(line["usd"] for line in bill["lines"]))
    assert bill["prices_of"] == prices.AS_OF.isoformat()
    assert bill["assumptions"]
    assert bill["sources"]


def test_a_person_reads_each_line_the_break_even_and_the_prices_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.cost(MODEL, requests_per_day=1000.0) is None
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


def test_requests_are_written_to_the_last_one(capsys: pytest.CaptureFixture[str]) -> None:
    for a_day, said in ((1_234_567.0, "1,234,567"), (0.4, "0.4"), (0.0, "0"), (1e9, "1,000,000,000")):
        command.cost(MODEL, requests_per_day=a_day)
        assert f" in USD, {said} requests a day" in capsys.readouterr().out


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(Invalid, match="--requests-per-day is -1"):
        command.cost(MODEL, requests_per_day=-1.0)
    with pytest.raises(Invalid, match="--requests-per-day is nan"):
        command.cost(MODEL, requests_per_day=float("nan"))
    with pytest.raises(Invalid, match="--requests-per-day is 1,000,000,001"):
        command.cost(MODEL, requests_per_day=1_000_000_001.0)
    with pytest.raises(NotFound, match="There is no model 'other'"):
        command.cost("other", requests_per_day=1000.0)


class Connected:
    """A stage whose endpoint was called for a week."""

    def __enter__(self) -> Connected:
        return self

    def __exit__(self, *_: object) -> None: ...

    def get(self, path: str, hours: str) -> object:
        assert (path, hours) == (f"/models/{MODEL}/cost", "168")
        span = (NOON - timedelta(days=7), NOON)
        calls = [a_call(number, at=NOON - timedelta(hours=number)) for number in range(1, 150)]
        return as_record(actual_cost(MODEL, span, calls, {"12": 3}, [a_run(usd=0.01)], {3: 0.02}, 20.0))


def test_what_it_has_cost_is_told_by_version_with_its_interval_beside_the_budget(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "connected", Connected)
    assert command.cost(MODEL, actual=True) is None
    shown = capsys.readouterr().out
    for words in ("149", " to ", "0.0200", "1 training of the last 30 days took $0.0100", "of the budget of $20.00"):
        assert words in shown
    assert "--requests-per-day 22" in shown
    record = command.cost(MODEL, actual=True, as_json=True)
    assert record["versions"][0]["version"] == 3


@pytest.mark.parametrize(("a_day", "actual"), [(None, False), (1.0, True)])
def test_it_is_asked_what_would_be_or_what_was(a_day: float | None, actual: bool) -> None:
    with pytest.raises(Invalid, match=r"was (not )?told"):
        command.cost(MODEL, requests_per_day=a_day, actual=actual)
