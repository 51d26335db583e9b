"""Failures, answered as Lambda answers them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.delivery.outcome import PAYLOAD_LIMIT, Outcome
from tests.unit.local.services.awslambda.functions.conftest import Functions
from tests.unit.local.services.awslambda.functions.test_processes import WHO, has_ended, is_running
from tests.waiting import wait_until


def error_of(outcome: Outcome) -> dict[str, Any]:
    error: dict[str, Any] = json.loads(outcome.payload)
    assert outcome.function_error == "Unhandled"
    return error


def test_an_exception_is_the_answer_and_the_process_stays(functions: Functions) -> None:
    source = """
        import os
        def handle(event, context):
            if event == "fail":
                raise KeyError("origin")
            return os.getpid()
    """
    version = functions.write(source)
    before = functions.answer(version)
    outcome = functions.invoke(version, "fail")
    error = error_of(outcome)
    assert outcome.status == "error"
    assert (error["errorType"], error["errorMessage"]) == ("KeyError", "'origin'")
    assert error["requestId"] == outcome.request_id
    assert "handler.py" in error["stackTrace"][-1]
    assert functions.answer(version) == before


def test_a_timeout_ends_the_process_and_all_it_started(functions: Functions, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    source = f"""
        import os, subprocess, time
        child = subprocess.Popen(["/bin/sleep", "600"])
        open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{child.pid}}")
        def handle(event, context):
            time.sleep(600)
    """
    outcome = functions.invoke(functions.write(source, timeout_s=0.5))
    error = error_of(outcome)
    assert outcome.status == "timeout"
    assert error["errorType"] == "Sandbox.Timedout"
    assert error["errorMessage"] == f"RequestId: {outcome.request_id} Error: Task timed out after 0.50 seconds"
    assert wait_until(lambda: not any(is_running(int(pid)) for pid in pids.read_text().split()))
    assert f"{outcome.request_id} Task timed out after 0.50 seconds" in functions.log
    assert "Status: timeout" in functions.log


def test_temporary_files_outlive_a_process_that_took_too_long(functions: Functions) -> None:
    source = """
        import os, pathlib, tempfile, time
        def handle(event, context):
            left = pathlib.Path(tempfile.gettempdir()) / "left"
            if event == "stay":
                left.write_text("half")
                time.sleep(600)
            return left.exists()
    """
    version = functions.write(source, timeout_s=1.0)
    assert functions.invoke(version, "stay").status == "timeout"
    assert functions.answer(version) is True


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("os._exit(3)", "Runtime exited with error: exit status 3"),
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("os.kill(os.getpid(), 11)", "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_a_crash_is_a_runtime_exit_error_and_the_next_invocation_starts_anew(
    functions: Functions, how: str, words: str
) -> None:
    source = f"""
        import os
        def handle(event, context):
            print("last words")
            if event == "crash":
                {how}
            return "alive"
    """
    version = functions.write(source)
    outcome = functions.invoke(version, "crash")
    error = error_of(outcome)
    assert outcome.status == "crashed"
    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"] == f"RequestId: {outcome.request_id} Error: {words}"
    assert "last words\n" in functions.log
    assert "Status: error\tError Type: Runtime.ExitError" in functions.log
    assert functions.answer(version) == "alive"


def test_a_client_that_takes_another_connection_before_it_answers_is_heard(functions: Functions) -> None:
    """As AWS's does for an invocation of more than two minutes: it trusts no connection that was idle for so long."""
    source = """
        import os, socket
        def handle(event, context):
            host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].partition(":")
            closed = 0
            for number in map(int, os.listdir("/proc/self/fd")):
                try:
                    held = socket.socket(fileno=os.dup(number))
                    if held.getpeername() == (host, int(port)):
                        held.shutdown(socket.SHUT_RDWR)
                        closed += 1
                except OSError:
                    pass
            return closed, os.getpid()
    """
    version = functions.write(source)
    (closed, pid), (again, same) = functions.answer(version), functions.answer(version)
    assert (closed, again, same) == (1, 1, pid)


def test_more_memory_than_the_function_has_ends_it(functions: Functions) -> None:
    source = """
        import time
        def handle(event, context):
            held = bytearray(200 * 1024 * 1024)
            time.sleep(600)
    """
    outcome = functions.invoke(functions.write(source, memory_mb=128))
    assert outcome.status == "out_of_memory"
    assert error_of(outcome)["errorType"] == "Runtime.OutOfMemory"
    assert outcome.memory_used_mb == 128


@pytest.mark.parametrize(
    ("source", "error_type"),
    [
        ("import absent", "Runtime.ImportModuleError"),
        ("def handle(:", "Runtime.UserCodeSyntaxError"),
        ("other = 1", "Runtime.HandlerNotFound"),
        ("raise ValueError('at import')", "ValueError"),
        ("import os; os._exit(1)", "Runtime.ExitError"),
    ],
)
def test_a_start_that_fails_is_tried_twice_and_reported(functions: Functions, source: str, error_type: str) -> None:
    outcome = functions.invoke(functions.write(source))
    assert outcome.status == ("crashed" if error_type == "Runtime.ExitError" else "error")
    assert error_of(outcome)["errorType"] == error_type
    reports = [line.text for _, line in functions.lines if line.text.startswith("INIT_REPORT")]
    assert [report.split("\t")[1] for report in reports] == ["Phase: init", "Phase: invoke"]
    assert all(f"Error Type: {error_type}" in report for report in reports)


def test_a_start_that_succeeds_the_second_time_runs_the_invocation(functions: Functions, tmp_path: Path) -> None:
    mark = tmp_path / "tried"
    source = f"""
        import os
        if not os.path.exists({str(mark)!r}):
            open({str(mark)!r}, "w").close()
            os._exit(1)
        def handle(event, context):
            return "second"
    """
    assert functions.answer(functions.write(source)) == "second"
    assert functions.log.count("INIT_REPORT") == 1


def test_a_response_beyond_lambdas_limit_is_refused(functions: Functions) -> None:
    source = """
        def handle(event, context):
            return "x" * event
    """
    version = functions.write(source)
    assert functions.invoke(version, PAYLOAD_LIMIT).status == "ok"
    outcome = functions.invoke(version, PAYLOAD_LIMIT + 200)
    assert error_of(outcome)["errorType"] == "Function.ResponseSizeTooLarge"
    assert functions.invoke(version, 1).status == "ok"


def test_a_request_beyond_lambdas_limit_never_reaches_the_function(functions: Functions) -> None:
    outcome = functions.invoke(functions.write(WHO), "x" * PAYLOAD_LIMIT)
    assert outcome.status == "too_large"
    assert outcome.function_error is None
    assert functions.lines == []


def test_a_process_that_outlives_the_handler_with_a_child_is_still_ended_by_stop(functions: Functions) -> None:
    source = """
        import subprocess
        def handle(event, context):
            return subprocess.Popen(["/bin/sleep", "60"]).pid
    """
    child = functions.answer(functions.write(source))
    assert is_running(child)
    functions.host.stop()
    assert wait_until(lambda: has_ended(child))
