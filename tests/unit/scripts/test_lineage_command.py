from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from serin.domain.errors import Invalid, NotFound
from serin.domain.fills import Fill
from serin.domain.records import as_record
from serin.services.show_lineage import DatasetLineage, VersionLineage, ViewLineage
from serin_cli import lineage as command
from serin_cli import story
from serin_cli.command_line.app import result_of
from tests.builders import NOON, a_run, a_training_set, a_version, an_upload

MODEL = "late-orders"
UPLOAD = an_upload(
    file="[red]2013-02.csv", sequence=52, accepted=1200, quarantined=3, rows=1203, corrected=7, contract="c" * 64
)
ORDERS = DatasetLineage("orders", "h" * 64, 52, 60_000, (UPLOAD,), 51)
FILL = Fill(MODEL, "queue", "d" * 32, NOON, {"shops": 3, "zones": 0}, {"shops": (5, 6)})
VIEWS = ViewLineage("queue", "d" * 32, FILL), ViewLineage("line", "e" * 32, None)
FOUND = VersionLineage(a_version(2), a_run(correlation="arrival-1"), a_training_set(), (ORDERS,), VIEWS)


def told(found: VersionLineage, columns: int = 40) -> list[str]:
    """What a person sees, however narrow the terminal: the lines, each with one space between its words."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story, "out", Console(file=out, width=columns))
        story.show_whole(command.tree_of(as_record(found)))
    return [" ".join(line.strip(" │├└─").split()) for line in out.getvalue().splitlines()]


class Answers:
    """A platform that remembers what it was asked."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers
        self.asked: list[tuple[str, dict[str, str]]] = []

    def get(self, path: str, **query: str) -> Any:
        self.asked.append((path, query))
        return self._answers[path]

    all = get


Typed = Callable[..., Any]


@pytest.fixture
def answers() -> Answers:
    live = {"items": [{"model": "other"}, {"model": MODEL, "live": {"version": 2}}]}
    run = as_record(a_run(training_set="set1", status="registered", version=2))
    lineage = {f"/models/{MODEL}/versions/{number}/lineage": as_record(FOUND) for number in (1, 2)}
    return Answers({"/models": live, "/runs": [run], **lineage})


@pytest.fixture
def typed(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> Typed:
    @contextmanager
    def connected() -> Iterator[Answers]:
        yield answers

    monkeypatch.setattr(command, "connected", connected)
    return lambda *words: result_of("lineage", *words)


def test_a_version_is_told_from_its_run_down_to_each_upload() -> None:
    lines = told(FOUND)
    assert lines[0] == f"{MODEL} version 2, registered 2013-04-01T12:00:00Z"
    assert lines[1] == "run r1, cause call, 2013-04-01T12:00:00Z, began with arrival-1"
    assert lines[2] == "Served by scikit-learn: it was registered before models were compiled."
    assert lines[3] == "training set set1, 1,000 rows, moments 2013-01-31T12:00:00Z to 2013-04-01T12:00:00Z"
    assert lines[4] == "orders, head hhhhhhhh, 60,000 rows of 52 uploads, 51 earlier ones not shown"
    assert lines[5] == "upload file at accepted set aside corrected contract id"
    assert lines[6] == f"52 [red]2013-02.csv 2013-04-01T12:00:00Z 1,200 3 7 cccccccc {UPLOAD.id}"
    assert lines[-1] == "code k1, charter c1, lock l1"


def test_a_terminal_that_is_wide_enough_shows_the_same() -> None:
    assert told(FOUND, 40) == told(FOUND, 200)


def test_a_view_is_told_with_the_uploads_that_are_in_online() -> None:
    lines = told(FOUND)
    assert "queue dddddddd shops 1-3, 5, 6; zones none" in lines
    assert "line eeeeeeee none" in lines


def test_what_the_catalog_does_not_have_is_told_too() -> None:
    lines = told(replace(FOUND, run=None, training_set=None, views=()))
    assert "run r2: not in the catalog" in lines
    assert "training set set1: not in the catalog" in lines
    lines = told(replace(FOUND, datasets=(DatasetLineage("orders", "h" * 64, 0, 0, (), 0),)))
    assert "orders, head hhhhhhhh: no uploads of the catalog make it" in lines


def test_without_a_version_it_is_the_one_that_is_live(typed: Typed, answers: Answers) -> None:
    assert typed(MODEL, "--json") == as_record(FOUND)
    typed(MODEL, "--version", "1", "--json")
    paths = [path for path, _ in answers.asked if path != "/models"]
    assert paths == [f"/models/{MODEL}/versions/{number}/lineage" for number in (2, 1)]


def test_where_nothing_is_live_a_version_must_be_named(typed: Typed) -> None:
    with pytest.raises(NotFound, match="No version of other is live") as caught:
        typed("other")
    assert "--version" in caught.value.remedy
    with pytest.raises(NotFound, match="There is no model 'unknown'; there are: other, "):
        typed("unknown")


def test_an_upload_is_told_with_the_trainings_it_went_into(
    typed: Typed, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.StringIO()
    monkeypatch.setattr(story, "out", Console(file=out, width=80))
    assert typed(MODEL, "--upload", "u1") is None
    head, line = (row.split() for row in out.getvalue().splitlines())
    assert head == ["id", "status", "at", "training_set", "version"]
    assert line == ["r1", "registered", "2013-04-01T12:00:00Z", "set1", "2"]
    assert answers.asked == [("/runs", {"model": MODEL, "upload": "u1"})]


def test_an_upload_and_a_version_are_different_questions(typed: Typed, answers: Answers) -> None:
    with pytest.raises(Invalid, match="different things"):
        typed(MODEL, "--upload", "u1", "--version", "1")
    assert answers.asked == []
