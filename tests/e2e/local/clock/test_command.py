"""`serin clock`: the local cloud's clock from another terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.cloud import LocalCloud
from serin.domain.errors import Conflict, Invalid, NotFound, SerinError, Unavailable
from serin_cli.__main__ import main
from serin_cli.clock import Signed, span
from serin_cli.command_line.app import result_of
from serin_cli.connection import Connection, save
from serin_cli.outcome import Outcome
from tests.e2e.connections import connection_to
from tests.e2e.local.clock.april import running
from tests.e2e.local.templates import Record, att, function, resource


@pytest.fixture
def cloud(tmp_path: Path, record: Record, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalCloud]:
    """A cloud this folder is connected to, with a function that ticks every day at eight."""
    rule = resource(
        "Events::Rule",
        ScheduleExpression="cron(0 8 * * ? *)",
        State="ENABLED",
        Targets=[{"Id": "f", "Arn": att("Function")}],
    )
    monkeypatch.chdir(tmp_path)
    with running(tmp_path, {"Function": function("tick", record=record), "Rule": rule}) as made:
        save(connection_to(made))
        yield made


def called(*arguments: str) -> dict[str, Any]:
    outcome: Outcome = result_of("clock", *arguments)
    return dict(outcome.result)


def test_it_shows_the_time_and_walks_by_spans_and_to_moments(cloud: LocalCloud, record: Record) -> None:
    assert called()["now"].startswith("2013-04-01T04:00")
    found = called("advance", "7d")
    assert (found["from"][:13], found["now"][:13], found["steps"]) == ("2013-04-01T04", "2013-04-08T04", 7)
    assert [seconds > 0 for seconds in found["took"].values()] == [True], "of the one function that ran"
    assert called("advance", "--to", "2013-05-01T00:00Z")["now"].startswith("2013-05-01T00:00:0")
    assert [event["time"] for event in record.events] == [f"2013-04-{day:02}T08:00:00Z" for day in range(1, 31)]
    assert cloud.clock.now().isoformat()[:13] == "2013-05-01T00"


def test_the_program_prints_json(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cloud
    monkeypatch.setattr(sys, "argv", ["serin", "clock", "advance", "P1DT2H", "--json"])
    assert main() == 0
    assert json.loads(capsys.readouterr().out)["now"].startswith("2013-04-02T06")


def test_a_walk_says_how_far_it_is_and_what_it_waits_for(cloud: LocalCloud) -> None:
    url, signs = f"{cloud.endpoint_url}/_serin/clock", Signed(connection_to(cloud))
    with httpx.stream("POST", url, json={"advance_s": 10 * 86400}, auth=signs) as walk:
        lines = [json.loads(line) for line in walk.iter_lines()]
    steps = [line["percent"] for line in lines if "why" in line]
    assert (steps, lines[-1]["percent"]) == ([2, 12, 22, 32, 42, 52, 62, 72, 82, 92], 100)
    assert all(line["busy"] for line in lines if "busy" in line)


def test_errors_come_back_as_the_clouds_own(cloud: LocalCloud) -> None:
    with pytest.raises(SerinError, match="has passed") as refused:
        called("advance", "--to", "2012-01-01T00:00Z")
    assert refused.value.kind == Invalid.kind
    url, signs = f"{cloud.endpoint_url}/_serin/clock", Signed(connection_to(cloud))
    for wrong in ({}, {"to": "soon"}, {"to": "2013-05-01T00:00"}, {"advance_s": "x"}):
        answer = httpx.post(url, json=wrong, auth=signs)
        assert (answer.status_code, answer.json()["error"]["kind"]) == (400, "invalid")
    with httpx.stream("POST", url, json={"advance_s": 86400 * 365}, auth=signs) as walk:
        lines = walk.iter_lines()
        next(lines)
        with pytest.raises(SerinError) as second:
            called("advance", "1h")
        assert second.value.kind == Conflict.kind
    cloud.clock.close()


@pytest.mark.parametrize("arguments", [("show", "7d"), ("advance",), ("advance", "7d", "--to", "2013-05-01T00:00Z")])
def test_a_call_that_says_too_little_or_too_much_is_refused(cloud: LocalCloud, arguments: tuple[str, ...]) -> None:
    assert cloud
    with pytest.raises(Invalid):
        called(*arguments)


def test_aws_has_no_clock_to_advance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFound):
        called()
    save(Connection("prod", "us-east-1", "https://api.example", "token", "uploads"))
    with pytest.raises(Invalid, match="AWS has no clock to advance"):
        called("advance", "7d")


def test_a_cloud_that_is_gone_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save(Connection("dev", "us-east-1", "http://127.0.0.1:9", "token", "uploads", "http://127.0.0.1:9"))
    with pytest.raises(Unavailable, match="does not answer"):
        called()


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("90m", 1.5),
        ("2h", 2),
        ("7d", 168),
        ("1w", 168),
        ("30s", 1 / 120),
        ("PT90M", 1.5),
        ("P1DT12H", 36),
        ("P2W", 336),
    ],
)
def test_spans_are_written_short_or_in_iso_8601(text: str, hours: float) -> None:
    assert span(text).total_seconds() / 3600 == pytest.approx(hours)


@pytest.mark.parametrize("wrong", ["7", "d", "7 days", "P", "PT", "P1Y", "P1M", "-7d", "P1DT", ""])
def test_what_is_no_span_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid, match="not a span"):
        span(wrong)
