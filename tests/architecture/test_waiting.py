"""No test depends on how busy the machine is: none looks at a clock, and none guesses how far another thread is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.architecture.house import ROOT
from tests.architecture.imports import Source, mentions, sources

CLOCKS = (
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.perf_counter_ns",
)
PAUSES = ("time.sleep", "asyncio.sleep")
MAY: Mapping[str, tuple[str, ...]] = {
    # A guard against hanging, and nothing else.
    "tests.waiting": ("time.monotonic", "time.sleep"),
    # The machine's clock is what the virtual one is held to: by order, and never longer than, only as long as.
    "tests.unit.local.clock.test_clock": ("time.time", "time.monotonic", "time.sleep"),
    # A look again and again, until all threads rest.
    "tests.unit.local.clock.conftest": ("time.sleep",),
    # A need that is not met would be waited for until then.
    "tests.e2e.local.needs.world": ("time.monotonic", "time.sleep"),
    # Work of a moment that the clock has to wait for.
    "tests.e2e.local.needs.executions": ("time.sleep",),
}
"""Who looks at a clock or pauses all the same, and why."""


def looks(source: Source) -> list[str]:
    """Each mention of a clock or a pause that is not allowed; what a program in a string does is its own."""
    if not any(f"import {module}" in source.text or f"from {module}" in source.text for module in ("time", "asyncio")):
        return []
    found = [mention for mention in mentions(source) if mention.name in (*CLOCKS, *PAUSES)]
    may = MAY.get(source.module, ())
    return [
        f"{source.module}:{one.line} {one.name}: use tests/waiting.py or tests/effort.py"
        for one in found
        if one.name not in may
    ]


def test_no_test_looks_at_a_clock_or_pauses() -> None:
    there = list(sources(ROOT / "tests", "tests").values())
    assert len(there) > 200, "the test looked at nothing"
    assert [look for source in there for look in looks(source)] == []


def test_who_may_still_does() -> None:
    for module, names in MAY.items():
        text = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text("utf-8")
        assert set(names) <= {mention.name for mention in mentions(Source(module, text))}, module


@pytest.mark.parametrize(
    "text",
    [
        "import time\ndef test_a():\n    time.sleep(0.2)",
        "from time import sleep\ndef test_a():\n    sleep(1)",
        "import time as t\ndef test_a():\n    assert t.monotonic() < 3",
        "from time import perf_counter\ndef test_a():\n    began = perf_counter()",
    ],
)
def test_a_look_at_a_clock_is_found(text: str) -> None:
    assert looks(Source("tests.unit.wrong", text))


def test_cpu_time_and_the_virtual_clock_are_not_accused() -> None:
    assert (
        looks(
            Source("tests.unit.right", "import time\ndef work(clock):\n    return time.process_time(), clock.sleep(5)")
        )
        == []
    )
