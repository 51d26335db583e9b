"""How long a process may take is what the function's settings say, to the deadline it is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from infra.local.services.awslambda.functions import execution, watch
from infra.local.services.awslambda.functions.watch import Final, TimedOut, wait_for
from tests.unit.local.services.awslambda.functions.conftest import Functions

SAYS = """
    def handle(event, context):
        return context.get_remaining_time_in_millis()
"""


class Silent:
    """A process that never says a word, on a clock that only its waits move."""

    def __init__(self) -> None:
        self.now, self.memory_mb, self.peak_mb = 1000.0, 1, 1

    def monotonic(self) -> float:
        return self.now

    def wait(self, timeout_s: float, on_output: Callable[[bytes], None]) -> None:
        self.now += max(0.0, timeout_s)

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


@pytest.mark.parametrize("limit_s", [0.02, 3.0, 900.0])
def test_a_process_that_says_nothing_has_timed_out_after_its_limit_exactly(
    limit_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent: Any = Silent()
    monkeypatch.setattr(watch, "time", silent)
    assert isinstance(wait_for(silent, limit_s, 128, lambda _: None), TimedOut)
    assert silent.now == pytest.approx(1000.0 + limit_s)


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every limit a process was given."""
    given: list[float] = []
    wait = execution.wait_for

    def watched(process: Any, limit_s: float, *more: Any) -> Final | object:
        given.append(limit_s)
        return wait(process, limit_s, *more)

    monkeypatch.setattr(execution, "wait_for", watched)
    return given


def test_a_start_has_lambdas_ten_seconds_and_the_work_what_the_function_says(
    functions: Functions, limits: list[float]
) -> None:
    version = functions.write(SAYS, timeout_s=77.0)
    for starts in ([[10.0]], [[], [77.0]]):
        assert 0 < functions.answer(version) <= 77_000
        *before, work = limits
        assert before in starts, "a warm process may still have to ask for work"
        assert 0 < work <= 77.0
        limits.clear()


def test_a_start_that_fails_is_tried_again_within_the_functions_own_time(
    functions: Functions, limits: list[float]
) -> None:
    assert functions.invoke(functions.write("raise ImportError('no')", timeout_s=77.0)).status == "error"
    assert limits[:2] == [10.0, 77.0]
