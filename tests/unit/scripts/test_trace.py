"""`serin trace` reads what functions and the gateway write; which lines match is CloudWatch's matter."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

from serin.domain.errors import Invalid, NotFound
from serin_cli.connection import Connection
from serin_cli.story import table
from serin_cli.trace import lines_of
from tests.builders import a_prediction_line

HERE = Connection("dev", "us-east-1", "http://api", "token", "uploads")
NOW = datetime.now(UTC)
PREDICT = "/aws/lambda/serin-dev-predict-late-orders"
ACCESS = "/aws/vendedlogs/apis/serin-dev"


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield boto3.client("logs", region_name=HERE.region)


def write(logs: Any, group: str, *lines: tuple[int, str]) -> None:
    """Lines so many seconds from now."""
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    events = [{"timestamp": int((NOW + timedelta(seconds=s)).timestamp() * 1000), "message": text} for s, text in lines]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)


def a_line(**fields: Any) -> str:
    return json.dumps({"function": "api", "correlation": "call-1", "ms": 1.5, "outcome": "ok", **fields})


def test_lines_of_all_groups_of_the_stage_come_in_order_of_time(logs: Any) -> None:
    write(logs, "/aws/lambda/serin-dev-api", (-9, a_line(route="POST /models/{model}/train")))
    write(logs, "/aws/lambda/serin-dev-train-model-m", (-5, a_line(function="train_model", step="trial")))
    write(logs, "/aws/lambda/serin-dev-build", (-7, a_line(function="build_training_set", outcome="skipped")))
    write(logs, "/aws/lambda/serin-prod-api", (-8, a_line(function="of another stage")))
    found = [(line["function"], line["step"], line["ms"], line["outcome"]) for line in lines_of("call-1", HERE)]
    assert found == [
        ("api", "POST /models/{model}/train", 1.5, "ok"),
        ("build_training_set", "", 1.5, "skipped"),
        ("train_model", "trial", 1.5, "ok"),
    ]


def test_the_gateways_line_and_the_prediction_logs_are_told_in_the_same_words(logs: Any) -> None:
    gateway = {"request_id": "call-1", "route": "POST /models/m/predict", "status": "200", "ms": "9"}
    write(logs, ACCESS, (-3, json.dumps(gateway)))
    write(logs, PREDICT, (-4, a_prediction_line("p1")))
    predict, access = lines_of("call-1", HERE)
    assert (predict["function"], predict["step"], predict["outcome"]) == ("predict", "p1", "ok")
    assert (access["function"], access["step"], access["outcome"]) == ("gateway", "POST /models/m/predict", "200")


def test_cloudwatch_is_asked_for_every_name_that_a_log_has_for_it(logs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto lets every line through, so the pattern itself is looked at."""
    asked: list[str] = []

    def client(connection: Connection, service: str) -> Any:
        logs.meta.events.register(
            "provide-client-params.cloudwatch-logs.FilterLogEvents",
            lambda params, **_: asked.append(params["filterPattern"]),
        )
        return logs

    monkeypatch.setattr("serin_cli.trace.aws_client", client)
    write(logs, PREDICT, (-1, a_line()))
    lines_of("call-1", HERE)
    assert asked == ['{ ($.correlation = "call-1") || ($.request_id = "call-1") }']


def test_a_failure_is_told_with_its_reason(logs: Any) -> None:
    write(logs, PREDICT, (-4, a_line(outcome="failed", kind="conflict", message="The lease is held.")))
    assert lines_of("call-1", HERE)[0]["why"] == "conflict: The lease is held."


def test_lines_from_before_the_moment_are_left_out(logs: Any) -> None:
    write(logs, PREDICT, (-60, a_line(step="old")), (-1, a_line(step="new")))
    assert [line["step"] for line in lines_of("call-1", HERE, NOW - timedelta(seconds=30))] == ["new"]


def test_without_any_line_the_remedy_says_to_wait(logs: Any) -> None:
    logs.create_log_group(logGroupName=PREDICT)
    with pytest.raises(NotFound, match="No log has a line of call-1"):
        lines_of("call-1", HERE)


@pytest.mark.parametrize("text", ["", "a", '" || $.level = "*', "a b c d", "x" * 129, "id\nid"])
def test_what_is_no_id_is_not_put_into_a_pattern(text: str) -> None:
    with pytest.raises(Invalid, match="is not an id"):
        lines_of(text, HERE)


def test_what_a_log_says_is_shown_as_it_is() -> None:
    written = io.StringIO()
    Console(file=written, width=100).print(table([{"function": "api", "why": "ValueError: [/bold] [red]x"}]))
    assert "ValueError: [/bold] [red]x" in written.getvalue()
