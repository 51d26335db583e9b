"""Salts are made once by whoever is first, and asking for one makes none."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from serin.adapters.memory.salts import MemorySalts
from serin.adapters.salts import DynamoSalts
from serin.domain.personal import BYTES
from serin.ports import Salts
from tests.contracts.clouds import Aws
from tests.contracts.conftest import calls_on
from tests.tables import a_table

MORE_THAN_ONE_CALL = 130


@pytest.fixture
def processes(where: Aws | None) -> Callable[[], Salts]:
    """What each of several processes has of the same salts."""
    if where is None:
        shared = MemorySalts()
        return lambda: shared
    client, table = a_table(where.name("control"), "pk", "sk", client=where.client("dynamodb"))
    calls = calls_on(where) if where.is_local else None
    return lambda: DynamoSalts(lambda: client, table, calls)


def test_nobody_has_a_salt_before_one_is_made(processes: Callable[[], Salts]) -> None:
    salts = processes()
    assert salts.secret() is None
    assert salts.read(["a"]) == {}
    made = salts.make(["a", "b"])
    assert {len(salt) for salt in made.values()} == {BYTES}
    assert len(set(made.values())) == 2
    assert processes().read(["a", "c"]) == {"a": made["a"]}


@pytest.mark.slow
def test_whoever_is_first_makes_it_for_all(processes: Callable[[], Salts], where: Aws | None) -> None:
    # Alone, moto does not do what DynamoDB does: between its look at an item and its writing, another may write.
    at_once = 1 if where is not None and not where.is_local else 4
    names = [f"n{number}" for number in range(MORE_THAN_ONE_CALL)]
    with ThreadPoolExecutor(at_once) as threads:
        made = list(threads.map(lambda salts: salts.make(names), [processes() for _ in range(4)]))
        secrets = set(threads.map(lambda salts: salts.make_secret(), [processes() for _ in range(4)]))
    assert made[0].keys() == set(names)
    assert all(one == made[0] for one in made)
    assert secrets == {processes().secret()}


def test_a_salt_that_is_destroyed_is_gone_and_the_next_is_another(processes: Callable[[], Any]) -> None:
    salts = processes()
    before = salts.make(["a", "b"])
    for _ in range(2):
        salts.destroy("a")
    assert processes().read(["a", "b"]) == {"b": before["b"]}
    assert salts.make(["a"])["a"] != before["a"]
