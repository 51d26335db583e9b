"""Processes that are started before anybody calls, and stay."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from infra.local.session import Session
from tests.unit.local.services.awslambda.functions.conftest import Functions
from tests.unit.local.services.awslambda.functions.test_processes import has_ended
from tests.waiting import wait_until

KIND = """
    import os
    def handle(event, context):
        return [os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], os.getpid()]
"""


def test_the_first_call_finds_a_process_that_was_started_before_it(functions: Functions) -> None:
    version = functions.write(KIND, version="1")
    functions.host.keep_warm(version.function_arn, [(version, 1)])
    assert wait_until(lambda: functions.host.warm(version).status == "READY")
    outcome = functions.invoke(version)
    assert json.loads(outcome.payload)[0] == "provisioned-concurrency"
    assert outcome.init_ms is None
    assert functions.answer(version)[1] == json.loads(outcome.payload)[1]


def test_a_kept_process_neither_expires_nor_gives_way(session: Session, runtime: Path) -> None:
    functions = Functions(session, runtime, idle_s=0.2, processes=2)
    kept = functions.write(KIND, "kept", version="1")
    functions.host.keep_warm(kept.function_arn, [(kept, 1)])
    assert wait_until(lambda: functions.host.warm(kept).status == "READY")
    pid = functions.answer(kept)[1]
    others = [functions.answer(functions.write(KIND, name))[1] for name in ("a", "b", "c")]
    assert wait_until(lambda: all(has_ended(other) for other in others))
    assert functions.answer(kept) == ["provisioned-concurrency", pid]
    functions.host.stop()


def test_what_is_no_longer_wanted_grows_old_like_any(session: Session, runtime: Path) -> None:
    functions = Functions(session, runtime, idle_s=0.2)
    version = functions.write(KIND, version="1")
    functions.host.keep_warm(version.function_arn, [(version, 1)])
    assert wait_until(lambda: functions.host.warm(version).status == "READY")
    pid = functions.answer(version)[1]
    functions.host.keep_warm(version.function_arn, [])
    assert wait_until(lambda: has_ended(pid))
    assert functions.answer(version)[0] == "on-demand"
    functions.host.stop()


def test_a_process_that_cannot_start_is_told_and_not_tried_for_ever(functions: Functions) -> None:
    version = functions.write("raise ValueError('no')", version="1")
    functions.host.keep_warm(version.function_arn, [(version, 1)])
    assert wait_until(lambda: functions.host.warm(version).status == "FAILED")
    assert functions.log.count("INIT_START Runtime Version") == 1
    assert "INIT_REPORT" in functions.log


def test_a_version_of_other_settings_is_kept_apart(functions: Functions) -> None:
    first = functions.write(KIND, version="1")
    second = replace(first, version="2", memory_mb=300)
    functions.host.keep_warm(first.function_arn, [(first, 1), (second, 1)])
    assert wait_until(lambda: all(functions.host.warm(one).status == "READY" for one in (first, second)))
    assert functions.answer(first)[1] != functions.answer(second)[1]


def test_a_host_that_is_stopped_while_a_process_starts_leaves_none(session: Session, runtime: Path) -> None:
    functions = Functions(session, runtime)
    version = functions.write("import time; time.sleep(600)", version="1")
    functions.host.keep_warm(version.function_arn, [(version, 2)])
    processes = session.folder / "processes"
    assert wait_until(lambda: processes.is_dir() and list(processes.iterdir()))
    functions.host.stop()
    assert list(processes.iterdir()) == []
