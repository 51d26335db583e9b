"""What arrives in CloudWatch Logs of a function that logs in JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.services.awslambda.model import FunctionVersion, Logging
from tests.unit.local.services.awslambda.functions.conftest import Functions
from tests.waiting import wait_until

INFO = Logging("JSON", "INFO", "INFO")
ENDS = """
    import os, time
    def handle(event, context):
        print("half a line", end="")
        print('{"own": 1}')
        if event == "raise":
            raise ValueError("no")
        if event == "exit":
            os._exit(3)
        if event == "sleep":
            time.sleep(600)
"""


def events(functions: Functions) -> list[dict[str, Any]]:
    """The platform's own lines, in order."""
    lines = [json.loads(line.text) for _, line in functions.lines if line.text.startswith('{"time"')]
    return [line for line in lines if line["type"].startswith("platform.")]


def kinds(functions: Functions) -> list[tuple[str, str | None]]:
    return [(event["type"].removeprefix("platform."), event["record"].get("status")) for event in events(functions)]


def speaks(functions: Functions, **changes: Any) -> FunctionVersion:
    return functions.write(ENDS, **{"version": "7", "logging": INFO, **changes})


def test_the_platform_says_start_and_report_as_events_and_a_functions_lines_stay_as_they_are(
    functions: Functions,
) -> None:
    functions.invoke(speaks(functions), request_id="abc")
    started, begun, report = events(functions)
    assert (started["type"], begun["record"]) == ("platform.initStart", {"requestId": "abc", "version": "7"})
    assert started["record"]["initializationType"] == "on-demand"
    assert (report["type"], report["record"]["requestId"]) == ("platform.report", "abc")
    assert report["record"]["status"] == "success"
    metrics = {"durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB", "initDurationMs"}
    assert set(report["record"]["metrics"]) == metrics
    assert report["time"].endswith("Z")
    assert 'half a line{"own": 1}\n' in [line.text for _, line in functions.lines]
    assert "REPORT" not in functions.log


@pytest.mark.parametrize(
    ("how", "status", "error_type"),
    [("raise", "success", None), ("exit", "error", "Runtime.ExitError"), ("sleep", "timeout", None)],
)
def test_what_the_platform_saw_go_wrong_is_in_the_report(
    functions: Functions, how: str, status: str, error_type: str | None
) -> None:
    version = speaks(functions, timeout_s=0.5 if how == "sleep" else 100.0)
    functions.invoke(version, how)
    record = events(functions)[-1]["record"]
    assert (record["status"], record.get("errorType")) == (status, error_type)
    assert "Task timed out" not in functions.log


def test_an_exception_is_one_json_line_with_the_invocations_id(functions: Functions) -> None:
    functions.invoke(speaks(functions), "raise", request_id="abc")
    (line,) = [json.loads(line.text) for _, line in functions.lines if "ValueError" in line.text]
    assert (line["level"], line["errorType"], line["requestId"]) == ("ERROR", "ValueError", "abc")


def test_a_start_that_fails_is_reported_and_one_that_succeeds_is_not(functions: Functions) -> None:
    functions.invoke(functions.write("import absent", "broken", logging=INFO))
    failed = [event["record"] for event in events(functions) if event["type"] == "platform.initReport"]
    assert [(record["phase"], record["status"], record["errorType"]) for record in failed] == [
        ("init", "error", "Runtime.ImportModuleError"),
        ("invoke", "error", "Runtime.ImportModuleError"),
    ]
    functions.lines.clear()
    functions.invoke(speaks(functions))
    assert "initReport" not in functions.log


def test_a_start_before_anybody_calls_is_reported(functions: Functions) -> None:
    version = speaks(functions)
    functions.host.keep_warm(version.function_arn, [(version, 1)])
    assert wait_until(lambda: functions.host.warm(version).status == "READY")
    assert kinds(functions) == [("initStart", None), ("initReport", "success")]
    assert events(functions)[0]["record"]["initializationType"] == "provisioned-concurrency"


def test_the_system_log_level_decides_which_events_are_sent(functions: Functions) -> None:
    functions.invoke(speaks(functions, logging=Logging("JSON", "INFO", "DEBUG")))
    assert [kind for kind, _ in kinds(functions)] == ["initStart", "initReport", "start", "runtimeDone", "report"]
    functions.lines.clear()
    functions.invoke(speaks(functions, logging=Logging("JSON", "INFO", "WARN")))
    functions.invoke(speaks(functions, logging=Logging("JSON", "INFO", "WARN")), "exit")
    assert kinds(functions) == [("runtimeDone", "error"), ("report", "error")]


LEVELS = """
    import logging
    def handle(event, context):
        print("plain")
        for level in ("debug", "INFO", "warning", "error"):
            print('{"level": "%s", "said": "%s"}' % (level, level))
        logging.getLogger().info("of logging")
"""


@pytest.mark.parametrize(
    ("level", "sent"),
    [
        ("DEBUG", ["plain", "debug", "INFO", "warning", "error", "of logging"]),
        ("INFO", ["plain", "INFO", "warning", "error", "of logging"]),
        ("WARN", ["error"]),
    ],
)
def test_the_application_log_level_decides_which_lines_are_sent(
    functions: Functions, level: str, sent: list[str]
) -> None:
    functions.invoke(functions.write(LEVELS, logging=Logging("JSON", level, "WARN")))
    texts = [line.text.strip() for _, line in functions.lines]
    records = [json.loads(text) if text.startswith("{") else {"said": text} for text in texts]
    assert [record.get("said") or record.get("message") for record in records] == sent
