"""Which process runs an invocation."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.delivery.outcome import Outcome
from infra.local.services.awslambda.model import FunctionVersion
from infra.local.session import Session
from serin.domain.errors import Unavailable
from tests.unit.local.services.awslambda.functions.conftest import Functions
from tests.waiting import wait_until

WHO = """
    import os, pathlib, time
    def handle(event, context):
        if event:
            folder = pathlib.Path(event["stays"])
            (folder / context.aws_request_id).touch()
            while len(list(folder.iterdir())) < event["until"]:
                time.sleep(0.01)
        return os.getpid()
"""
"""With `stays` and `until` an invocation stays until there are so many files in the folder, its own the first."""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def has_ended(pid: int) -> bool:
    """Nothing of it runs, whoever has yet to ask for its exit status."""
    try:
        return ") Z" in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


@contextmanager
def under_way(functions: Functions, version: FunctionVersion, folder: Path) -> Iterator[Future[Outcome]]:
    """An invocation that has begun and ends with the block, if it was not ended before."""
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(functions.invoke, version, {"stays": str(folder), "until": 2})
        assert wait_until(lambda: list(folder.iterdir()))
        try:
            yield running
        finally:
            (folder / "go on").touch()


def test_the_second_invocation_finds_a_warm_process(functions: Functions) -> None:
    version = functions.write(WHO)
    first, second = functions.invoke(version), functions.invoke(version)
    assert first.payload == second.payload
    assert first.init_ms is not None
    assert second.init_ms is None


def test_executions_at_the_same_time_have_a_process_each(functions: Functions, meeting: Path) -> None:
    version = functions.write(WHO)
    with ThreadPoolExecutor(2) as threads:
        pids = list(threads.map(lambda _: functions.answer(version, {"stays": str(meeting), "until": 2}), range(2)))
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


def test_an_invocation_under_way_finishes_when_its_function_is_retired(functions: Functions, meeting: Path) -> None:
    version = functions.write(WHO)
    pid = functions.answer(version)
    with under_way(functions, version, meeting) as running:
        functions.host.retire(version.function_arn)
        assert is_running(pid)
    assert json.loads(running.result().payload) == pid
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
        pids = list(threads.map(lambda _: functions.answer(version), range(3)))
    assert len(set(pids)) == 1
    functions.host.stop()


def test_reserved_concurrency_throttles_what_exceeds_it_over_all_versions(functions: Functions, meeting: Path) -> None:
    version = functions.write(WHO, reserved_concurrency=1)
    functions.answer(version)
    with under_way(functions, version, meeting):
        outcome = functions.invoke(replace(version, version="7"))
    assert outcome.status == "throttled"
    assert b"ReservedFunctionConcurrentInvocationLimitExceeded" in outcome.payload
    assert not outcome.reached_the_function
    assert [outcome.status for _, outcome in functions.metrics] == ["ok", "throttled", "ok"]


def test_an_accounts_concurrency_throttles_all_functions_but_those_that_have_reserved(
    session: Session, runtime: Path, meeting: Path
) -> None:
    functions = Functions(session, runtime, concurrency=1)
    other, reserved = functions.write(WHO, "other"), functions.write(WHO, "reserved", reserved_concurrency=1)
    with under_way(functions, functions.write(WHO), meeting):
        throttled = functions.invoke(other)
        assert functions.invoke(reserved).status == "ok"
    assert throttled.status == "throttled"
    assert b'"ConcurrentInvocationLimitExceeded"' in throttled.payload
    assert functions.invoke(other).status == "ok"
    functions.host.stop()


def test_a_process_that_died_while_idle_is_replaced(functions: Functions) -> None:
    version = functions.write(WHO)
    pid = functions.answer(version)
    os.kill(pid, 9)
    assert wait_until(lambda: has_ended(pid))
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


BURNS = """
    import os, time
    def burn(until):
        while time.process_time() < until:
            pass
    burn(0.2)
    def handle(event, context):
        burn(0.4)
        if event:
            os._exit(1)
"""


def test_what_each_function_takes_is_counted_with_its_starts_and_of_processes_that_have_ended(
    functions: Functions,
) -> None:
    """A tick is what the system counts by."""
    version = functions.write(BURNS)
    functions.invoke(version, {})
    functions.invoke(version, {})
    spent = functions.host.work.spent["hello"]
    assert spent.executions == 2
    assert spent.cpu_s >= 0.35
    functions.invoke(version, {"ends": True})
    functions.invoke(version, {})
    again = functions.host.work.spent["hello"]
    assert (again.executions, again.cpu_s - spent.cpu_s >= 0.35) == (4, True)
    fails = functions.write("raise ImportError('no')", "fails")
    functions.invoke(fails, {})
    assert functions.host.work.spent["fails"].executions == 1
