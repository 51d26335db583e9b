"""Weeks of real flights by each carrier, its pieces killed, doubled and out of order: one digest.

All of the year on a local cloud, whose processes are killed: `./scripts/bench scale --flights 12`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from serin.adapters.memory.world import MemoryClock
from serin.domain import cut_plan, cut_sizes
from serin.domain.charter import JobTerms
from serin.services.steps import cut_rounds
from serin.services.steps.frozen_rows import FrozenRows, freeze_rows
from serin_cli.here.code import code_in_place
from serin_cli.sample import write_sample
from tests.functions.subject import MODEL, RenamedWorld
from tests.functions.worlds import in_world
from tests.real_flights import FILES, flight_delay

WEEKS, SEED = 3, 20130101
NOW = datetime(2013, 2, 1, tzinfo=UTC)
TERMS = JobTerms("ml.m5.large", timedelta(hours=1))
CARRIERS: list[Any] = [True, "jobs"]


class Died(Exception):
    """The process of a piece is gone."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> RenamedWorld:
    folder = tmp_path_factory.mktemp("flights")
    write_sample(folder)
    world = RenamedWorld(flight_delay(), minimum_rows=1, job=TERMS)
    world.clock = MemoryClock(NOW)
    for dataset, file in FILES.items():
        content = (folder / file).read_bytes()
        if dataset == "flights":
            content = _weeks_of(content)
        assert world.send(dataset, file, content).accepted
    return world


def _weeks_of(content: bytes) -> bytes:
    header, *lines = content.splitlines(keepends=True)
    day = header.split(b",").index(b"day")
    return b"".join([header, *(line for line in lines if int(line.split(b",")[day]) <= 7 * WEEKS)])


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less room than these rows need, so that there are some pieces of each round."""
    monkeypatch.setattr(cut_sizes, "ROOM", 1_000_000)
    monkeypatch.setattr(cut_plan, "_ENLARGED", 15)
    monkeypatch.setattr(cut_rounds, "refuse_crowded", lambda *_: None)


@pytest.mark.slow
@pytest.mark.usefixtures("small_pieces")
def test_flights_have_one_digest_by_each_carrier(world: RenamedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, ran = Random(SEED), list[str]()
    with code_in_place(world.folder), monkeypatch.context() as roomy:
        roomy.setattr(cut_sizes, "ROOM", 320 * 1024**2)
        whole = _asked(world, "r1", cause="call")["training_set"]
    with code_in_place(world.folder):
        assert _here(world, whole["id"]) == whole["columns_digest"]
        for day, carrier in enumerate(CARRIERS):
            # What one carrier's pieces have written the other's would find.
            world.clock = MemoryClock(NOW + timedelta(days=day))
            made = _carried(world, carrier, chance, ran)
            assert made["columns_digest"] == whole["columns_digest"], f"seed {SEED}, {carrier}"
    # Of each carrier's pieces every one was computed once, whoever died and whatever came twice.
    assert len(ran) == len(set(ran)) > 20, len(ran)


def _here(world: RenamedWorld, name: str) -> str:
    heads = {name: world.catalog.head(name) for name in world.contracts}
    ports: Any = {"lake": world.lake, "catalog": world.catalog, "clock": world.clock}
    made = freeze_rows(name, world.source(MODEL), world.model_function, heads, None, **ports)
    assert isinstance(made, FrozenRows)
    return made.training_set.columns_digest


def _carried(world: RenamedWorld, carrier: Any, chance: Random, ran: list[str]) -> Any:
    """The training set by one carrier: its pieces in any order, some twice; a quarter of them dies at first."""
    asked: dict[str, Any] = {"cause": "rerun", "parent": "r1", "in_pieces": carrier}
    run = f"by-{carrier}"
    answer = _asked(world, run, **asked)
    while "pieces" in answer:
        pieces = answer["pieces"]
        assert ("jobs" in pieces) == (carrier == "jobs")
        shares = _shares(world, pieces)
        for share in chance.sample(shares, len(shares)):
            _run(world, pieces["task"], share, chance, ran)
        answer = _asked(world, run, **asked, built={"answer": {"pieces": pieces}})
    return answer["training_set"]


def _shares(world: RenamedWorld, pieces: Any) -> list[Any]:
    """What a round's carrier hands out: each piece of its list, or each job's folder."""
    if "jobs" in pieces:
        return [one["answer"]["job"]["folder"] for one in pieces["jobs"]]
    return [item["piece"] for item in json.loads(world.lake.get(pieces["items"]))]


def _run(world: RenamedWorld, task: str, share: str, chance: Random, ran: list[str]) -> None:
    """A share until it is done, though some of its pieces die, and once more as often as not."""
    done, handler = False, in_world("build_training_set", world)
    by_job = share.startswith("cut/")
    piece = {"step": "piece", "task": task, "piece": share, "model": MODEL, "run": "r", "correlation": "c"}
    with _dying(chance, ran):
        while not done:
            try:
                done = handler.perform(share) if by_job else bool(handler.handle(piece, None))
            except Died:
                continue
    if chance.random() < 0.5:
        assert handler.perform(share) if by_job else handler.handle(piece, None)


@contextmanager
def _dying(chance: Random, ran: list[str]) -> Iterator[None]:
    """While it lasts, a quarter of the pieces die, at their beginning or before they say what they have written."""
    rounds = dict(cut_rounds._ROUNDS)

    def mortal(each: Any) -> Any:
        def done(source: Any, piece: Any, folder: Any) -> Any:
            fate = chance.random()
            if fate < 0.12:
                raise Died
            made = rounds[each](source, piece, folder)
            if fate < 0.24:
                raise Died
            ran.append(f"{source.task.folder} {piece.name}")
            return made

        return done

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cut_rounds, "_ROUNDS", {each: mortal(each) for each in rounds})
        yield


def _asked(world: RenamedWorld, run: str, **given: Any) -> Any:
    event = {"model": MODEL, "run": run, "correlation": run, **given}
    return in_world("build_training_set", world).handle(json.loads(json.dumps(event)), None)
