"""Which process runs an invocation."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.session import Session
from serin.domain.errors import Unavailable
from tests.unit.local.services.awslambda.functions.conftest import Functions

WHO = """
    import os, time
    def handle(event, context):
        time.sleep((event or {}).get("sleep", 0))
        return os.getpid()
"""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(true: Callable[[], bool], limit_s: float = 5.0) -> bool:
    deadline = time.monotonic() + limit_s
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


def test_the_second_invocation_finds_a_warm_process(functions: Functions) -> None:
    version = functions.write(WHO)
    first, second = functions.invoke(version), functions.invoke(version)
    assert first.payload == second.payload
    assert first.init_ms is not None
    assert second.init_ms is None


def test_executions_at_the_same_time_have_a_process_each(functions: Functions) -> None:
    version = functions.write(WHO)
    with ThreadPoolExecutor(2) as threads:
        pids = list(threads.map(lambda _: functions.answer(version, {"sleep": 0.5}), range(2)))
    assert pids[0] != pids[1]


def test_changed_code_or_configuration_of_latest_starts_a_new_process_and_ends_the_old(functions: Functions) -> None:
    version = functions.write(WHO)
    old = functions.answer(version)
    new = functions.answer(replace(version, environment={"CHANGED": "1"}))
    assert old != new
    assert not is_running(old)


def test_changing_only_reserved_concurrency_keeps_the_process(functions: Functions) -> None:
    version = functions.write(WHO)
    assert functions.answer(version) == functions.answer(replace(version, reserved_concurrency=3))


def test_two_versions_of_a_function_never_share_a_process(functions: Functions) -> None:
    latest = functions.write(WHO)
    published = replace(latest, version="7")
    pids = [functions.answer(version) for version in (latest, published, latest, published)]
    assert pids[0] == pids[2]
    assert pids[1] == pids[3]
    assert pids[0] != pids[1]


def test_retiring_a_version_ends_its_process_and_not_anothers(functions: Functions) -> None:
    latest = functions.write(WHO)
    published = replace(latest, version="7")
    kept, ended = functions.answer(latest), functions.answer(published)
    functions.host.retire(latest.function_arn, "7")
    assert not is_running(ended)
    assert functions.answer(latest) == kept


def test_an_invocation_under_way_finishes_when_its_function_is_retired(functions: Functions) -> None:
    version = functions.write(WHO)
    functions.answer(version)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(functions.answer, version, {"sleep": 0.4})
        time.sleep(0.2)
        functions.host.retire(version.function_arn)
        pid = running.result()
    assert wait_until(lambda: not is_running(pid))


def test_a_process_without_work_is_ended(session: Session, runtime: Path) -> None:
    functions = Functions(session, runtime, idle_s=0.2)
    pid = functions.answer(functions.write(WHO))
    assert wait_until(lambda: not is_running(pid))
    functions.host.stop()


def test_an_idle_process_gives_way_when_the_machine_is_full(session: Session, runtime: Path) -> None:
    functions = Functions(session, runtime, processes=1)
    first = functions.answer(functions.write(WHO, "first"))
    functions.answer(functions.write(WHO, "second"))
    assert not is_running(first)
    functions.host.stop()


def test_beyond_the_machines_limit_an_invocation_waits_for_its_turn(session: Session, runtime: Path) -> None:
    functions = Functions(session, runtime, processes=1)
    version = functions.write(WHO)
    with ThreadPoolExecutor(3) as threads:
        pids = list(threads.map(lambda _: functions.answer(version, {"sleep": 0.1}), range(3)))
    assert len(set(pids)) == 1
    functions.host.stop()


def test_reserved_concurrency_throttles_what_exceeds_it_over_all_versions(functions: Functions) -> None:
    version = functions.write(WHO, reserved_concurrency=1)
    functions.answer(version)
    running = threading.Thread(target=functions.invoke, args=(version, {"sleep": 0.5}))
    running.start()
    time.sleep(0.2)
    outcome = functions.invoke(replace(version, version="7"))
    running.join()
    assert outcome.status == "throttled"
    assert b"ReservedFunctionConcurrentInvocationLimitExceeded" in outcome.payload
    assert not outcome.reached_the_function
    assert [outcome.status for _, outcome in functions.metrics] == ["ok", "throttled", "ok"]


def test_a_process_that_died_while_idle_is_replaced(functions: Functions) -> None:
    version = functions.write(WHO)
    pid = functions.answer(version)
    os.kill(pid, 9)
    time.sleep(0.1)
    assert functions.answer(version) != pid


def test_metrics_name_what_the_caller_invoked(functions: Functions) -> None:
    version = functions.write(WHO)
    functions.invoke(version, invoked_arn=f"{version.function_arn}:live")
    assert [arn for arn, _ in functions.metrics] == [f"{version.function_arn}:live"]


def test_a_stopped_host_refuses(functions: Functions) -> None:
    version = functions.write(WHO)
    functions.host.stop()
    with pytest.raises(Unavailable):
        functions.invoke(version)
