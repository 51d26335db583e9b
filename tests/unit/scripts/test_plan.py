from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from serin.domain.compliance import Budget
from serin.domain.plan_sentences import sentences_of
from serin_cli.earlier_rows import planned_for
from serin_cli.plan import rounds_of
from tests.builders import a_charter
from tests.unit.domain.test_cut_plan import EVER, FLOW, plan, table
from tests.unit.http.api import Api
from tests.unit.scripts.answering import CommandLine
from tests.unit.services.test_build_training_set import DAYS, World, orders, shops


def test_a_line_a_round_says_how_many_pieces_and_the_largest() -> None:
    made = plan(table("orders", 500), table("shops", 6_000), FLOW)
    lines = list(rounds_of(made.pieces))
    assert [(line["round"], line["of"]) for line in lines] == [
        ("deal", "orders"),
        ("deal", "shops"),
        ("derive", "orders"),
        ("derive", "shops"),
        ("look up", "shop-in-time"),
        ("gather", "shards"),
    ]
    assert sum(int(line["pieces"]) for line in lines) == len(made.pieces)


def test_the_last_words_say_time_and_money_or_why_nothing_is_begun() -> None:
    made = plan(table("orders", 500), table("shops", 6_000), FLOW)
    assert f"${made.usd:,.2f}" in next(sentences_of(made))
    refused = plan(table("orders", 500), table("shops", 6_000, largest=0.6), EVER)
    assert list(sentences_of(refused)) == [f"Refused: {refused.refused}"]


def test_plan_validate_and_the_training_that_is_refused_say_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    charter = replace(a_charter(), budget=Budget(usd_per_month=1e-9))
    world = World(charter=charter)
    world.add("orders", orders(range(DAYS)))
    world.add("shops", shops())
    line = CommandLine(Api(catalog=world.catalog, lake=world.lake, charter=charter), capsys, monkeypatch)
    planned = line.json("plan", charter.model)
    assert planned["refused"] == world.build()
    assert world.catalog.runs(charter.model)[0].status == "skipped"
    assert f"Refused: {planned['refused']}" in line.run("plan", charter.model)
    assert planned_for(charter) == [f"Refused: {planned['refused']}"]
    assert any("functions at once" in one["sentence"] for one in planned["quotas"])


def test_validate_says_by_which_charter_it_is_planned(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    CommandLine(Api(), capsys, monkeypatch)
    *_, last = planned_for(replace(a_charter(), problem="Another one?"))
    assert last == "That is planned by the charter that is deployed, which is not the one here."
    assert planned_for(replace(a_charter(), model="nobody"))[0].startswith("not planned: ")
