"""Two numbers are called value; wherever one stands it is said which, in what unit and with what kind of bound."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pytest

from serin.domain.judgement.value import OVER_TRIVIAL, TWO_VALUES
from serin.domain.judgement.verdicts import Check, Verdict
from serin.domain.metrics import BROUGHT
from serin.domain.records import as_record
from serin.domain.sagemaker_card import sagemaker_card
from serin.pages.card import card_page
from serin_cli import card as card_command
from serin_cli import runs as runs_command
from serin_cli import story
from serin_cli.command_line.app import result_of
from tests.builders import a_run
from tests.unit.pages.cards import a_card
from tests.unit.scripts.test_gate_commands import connect

UNIT = "USD per 1,000 predictions"
WORTH = Check(OVER_TRIVIAL, "pass", "worth it", UNIT, 500.0, 2144.4, 1133.2)
VERDICT = Verdict("pass", "Passed.", (WORTH,), 0.004, "log_loss")
CARD = replace(a_card(), verdict=VERDICT)


class OneCard:
    """A platform that answers the card."""

    def get(self, path: str) -> object:
        assert path == "/models/late-orders/versions/3/card"
        return as_record(CARD)


def test_a_card_names_both_values_with_their_units_and_bounds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(card_command, "connected", lambda: nullcontext(OneCard()))
    monkeypatch.setattr(story.out, "width", 200)
    result_of("card", "late-orders", "--version", "3")
    told = capsys.readouterr().out
    brought = next(line for line in told.splitlines() if BROUGHT in line)
    over = next(line for line in told.splitlines() if OVER_TRIVIAL in line)
    assert f"{BROUGHT}, USD " in brought
    assert "1234" in brought
    assert "1134 to 1334" in brought
    assert UNIT in over
    assert "2144" in over
    assert "1133 on one side" in over
    assert TWO_VALUES in told


def test_the_cards_page_and_its_sagemaker_form_name_both_values_too() -> None:
    page, form = card_page(CARD), str(sagemaker_card(CARD))
    assert f"gate's {OVER_TRIVIAL}: 2144 {UNIT}" in page
    assert "brought 1234" in page
    assert TWO_VALUES in page
    assert BROUGHT in form
    assert OVER_TRIVIAL in form
    assert "bound on one side 1133.2" in form


def test_runs_say_what_value_bound_and_power_mean(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(monkeypatch, runs_command, [as_record(a_run(verdict=VERDICT))])
    result_of("runs", "late-orders")
    told = capsys.readouterr().out
    assert TWO_VALUES in told
    assert "four times in five, in log_loss" in told
    assert "one-sided" in told


def test_a_run_without_a_value_says_nothing_of_two(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = replace(VERDICT, checks=(replace(WORTH, name="floor of roc_auc"),))
    connect(monkeypatch, runs_command, [as_record(a_run(verdict=plain))])
    result_of("runs", "late-orders")
    assert TWO_VALUES not in capsys.readouterr().out
