"""The clock's own route: who follows a walk, and what becomes of it when nobody does."""

from __future__ import annotations

import json
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from infra.local.clock import VirtualClock
from infra.local.clock.route import PATH, ClockRoute, Walker
from infra.local.clock.virtual import Progress
from serin.domain.errors import Conflict
from tests.unit.local.clock.conftest import START
from tests.waiting import PATIENCE_S, wait_until


@pytest.fixture
def route(clock: VirtualClock) -> ClockRoute:
    """A clock on which something is due each minute, for a year."""
    due = [clock.time() + 60]

    def fire(moment: float) -> None:
        due[0] = moment + 60

    clock.watch(lambda: due[0], fire)

    def advance(to: datetime, progress: Progress) -> None:
        clock.advance(to, lambda: None, progress)

    return ClockRoute(lambda *_: [], clock, Walker(advance, list, dict), lambda _: True)


def begun(route: ClockRoute, to: datetime) -> Generator[bytes]:
    class Body:
        def read(self, _: int) -> bytes:
            return json.dumps({"to": to.isoformat()}).encode()

    environ: Any = {"PATH_INFO": PATH, "REQUEST_METHOD": "POST", "wsgi.input": Body()}
    return cast(Generator[bytes], route(environ, lambda *_: cast(Any, None)))


def comes_to_an_end(clock: VirtualClock) -> bool:
    return wait_until(lambda: not clock.stands)


def test_a_walk_whose_follower_hangs_up_ends(route: ClockRoute, clock: VirtualClock) -> None:
    walk = begun(route, START + timedelta(days=3650))
    assert json.loads(next(walk))["percent"] == 0
    refused = begun(route, START + timedelta(days=2))
    assert "already being advanced to 2023" in json.loads(next(refused))["error"]["message"]
    refused.close()
    assert json.loads(next(walk))["percent"] == 0
    assert clock.stands, "whoever was refused has nothing to end"
    walk.close()
    assert comes_to_an_end(clock), f"still walking after {PATIENCE_S} s"


def test_delete_ends_a_walk_and_says_where_it_was_to_come(route: ClockRoute, clock: VirtualClock) -> None:
    environ: Any = {"PATH_INFO": PATH, "REQUEST_METHOD": "DELETE"}
    walk = begun(route, START + timedelta(days=3650))
    next(walk)
    (stopped,) = route(environ, lambda *_: cast(Any, None))
    assert json.loads(stopped)["to"].startswith("2023-03-30")
    assert json.loads(list(walk)[-1])["error"]["kind"] == Conflict.kind
    assert comes_to_an_end(clock)
    (nothing,) = route(environ, lambda *_: cast(Any, None))
    assert "not being advanced" in json.loads(nothing)["error"]["message"]
