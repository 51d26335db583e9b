"""What arrives in CloudWatch Logs."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.unit.local.services.awslambda.functions.conftest import Functions
from tests.waiting import wait_until


def test_lines_come_between_start_end_and_report(functions: Functions) -> None:
    source = """
        import sys
        def handle(event, context):
            print("to stdout")
            print("to stderr", file=sys.stderr)
    """
    outcome = functions.invoke(functions.write(source, version="7"), request_id="abc")
    texts = [line.text for _, line in functions.lines]
    assert texts[0].startswith("INIT_START Runtime Version: python:3.")
    assert texts[1:5] == [
        "START RequestId: abc Version: 7\n",
        "to stdout\n",
        "to stderr\n",
        "END RequestId: abc\n",
    ]
    report = (
        r"REPORT RequestId: abc\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 512 MB"
        r"\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\n"
    )
    assert re.fullmatch(report, texts[5])
    assert len(texts) == 6
    assert outcome.billed_ms >= outcome.duration_ms + (outcome.init_ms or 0)
    assert outcome.memory_used_mb > 0


def test_a_warm_invocation_starts_with_start_and_reports_no_init(functions: Functions) -> None:
    version = functions.write("def handle(event, context): pass")
    functions.invoke(version)
    functions.lines.clear()
    functions.invoke(version)
    assert functions.log.startswith("START")
    assert "Init Duration" not in functions.log


def test_one_process_writes_one_stream_named_after_day_and_version(functions: Functions) -> None:
    version = functions.write("def handle(event, context): print(event)")
    functions.invoke(version, 1)
    functions.invoke(version, 2)
    (stream,) = {stream for stream, _ in functions.lines}
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream)


def test_the_message_of_an_exception_is_one_event(functions: Functions) -> None:
    functions.invoke(functions.write("def handle(event, context): raise KeyError('origin')"))
    (event,) = [line.text for _, line in functions.lines if "KeyError" in line.text]
    assert event.startswith("[ERROR] KeyError: 'origin'\nTraceback (most recent call last):\n")


def test_logging_has_lambdas_form(functions: Functions) -> None:
    source = """
        import logging
        def handle(event, context):
            logging.getLogger().warning("careful")
    """
    functions.invoke(functions.write(source), request_id="abc")
    assert re.search(r"^\[WARNING\]\t[^\t]+Z\tabc\tcareful$", functions.log, re.MULTILINE)


def test_a_line_without_its_end_is_a_line(functions: Functions) -> None:
    functions.invoke(functions.write("def handle(event, context): print('half', end='')"))
    assert "half\n" in [line.text for _, line in functions.lines]


def test_more_output_than_a_pipe_holds_arrives_whole_and_before_the_outcome(functions: Functions) -> None:
    source = """
        def handle(event, context):
            for number in range(3000):
                print(number, "x" * 100)
    """
    functions.invoke(functions.write(source))
    numbers = [int(line.text.split()[0]) for _, line in functions.lines if line.text[0].isdigit()]
    assert numbers == list(range(3000))


def test_lines_arrive_while_the_function_runs(functions: Functions, tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    source = f"""
        import os, time
        def handle(event, context):
            print("begun")
            while not os.path.exists({str(heard)!r}):
                time.sleep(0.01)
    """
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(functions.invoke, functions.write(source))
        assert wait_until(lambda: "begun" in functions.log)
        assert not running.done()
        heard.touch()
        assert running.result().status == "ok"


def test_the_tail_is_the_last_four_kilobytes(functions: Functions) -> None:
    outcome = functions.invoke(functions.write("def handle(event, context): print('x' * 9000)"))
    assert len(outcome.log_tail) == 4096
    assert functions.log.encode().endswith(outcome.log_tail)
