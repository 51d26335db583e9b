"""A value once among all uploads: who says it later is set aside, at a cost that does not grow with the history."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from serin.adapters.memory.objects import MemoryObjectStore
from serin.data.contract import claims as claims_module
from serin.data.files.parquet import from_parquet
from serin.domain.contracts import Column, Contract, Rule
from serin.services.steps import dataset_claims
from tests.unit.services.test_accept_upload import World

EMAIL = Rule("users.email.unique", "unique", ("email",), "consistency", scope="dataset")
KEY = Rule("users.key", "unique", ("id",), "consistency")
USERS = Contract("users", "1.0.0", (Column("id", "integer"), Column("email", "string")), (EMAIL, KEY), ("id",))
EVENTS = replace(USERS, rules=(EMAIL,), primary_key=())
IGNORED = replace(EVENTS, repeated_rows="ignored")
Row = tuple[int, str]


def sent(world: World, number: int, rows: list[Row]) -> list[Row]:
    """The accepted rows of one more file, which is like no other."""
    text = "".join(f"{key},{email}\n" for key, email in rows)
    upload = world.send(f"id,email\n{text}{chr(10) * number}".encode(), f"raw/users/{number}.csv")
    aside = upload.quarantine
    lines = set() if aside is None else set(from_parquet(world.lake.get(aside))["__row"].to_list())
    return [row for line, row in enumerate(rows, start=1) if line not in lines]


def test_a_value_of_an_earlier_upload_is_set_aside_only_where_the_contract_says_so() -> None:
    a, b = b"id,email\n1,a@example.org\n2,a@example.org\n", b"id,email\n5,a@example.org\n"
    for contract, set_aside in ((USERS, 1), (replace(USERS, rules=(replace(EMAIL, scope=None), KEY)), 0)):
        world = World(contracts={"users": contract})
        first, second = (world.send(content, f"raw/users/{len(content)}.csv") for content in (a, b))
        assert first.rules == {EMAIL.id: 1}
        assert (second.quarantined, second.rules) == (set_aside, {EMAIL.id: 1} if set_aside else {})


def by_the_book(contract: Contract, files: list[list[Row]]) -> list[list[Row]]:
    """What is accepted of each file, row by row."""
    holder: dict[str, set[Row]] = {}
    says: dict[int, str] = {}
    accepted = []
    for rows in files:
        before, seen, good = {email: set(held) for email, held in holder.items()}, set[object](), list[Row]()
        for row in rows:
            key, email = row
            if contract.primary_key:
                held = any(says[other] == email and other != key for other, _ in before.get(email, ()))
            else:
                held = bool(before.get(email, set()) - ({row} if contract is IGNORED else set()))
            if (email and held) or (email and email in seen):
                continue
            seen.add(email)
            good.append(row)
        for key, email in good:
            says[key] = email
            holder.setdefault(email, set()).add((key, email))
        accepted.append(good)
    return accepted


@pytest.mark.parametrize("contract", [USERS, EVENTS, IGNORED])
@pytest.mark.slow
def test_any_uploads_are_sorted_as_a_list_of_all_rows_would_sort_them(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims_module, "SHARD", 4)
    monkeypatch.setattr(dataset_claims, "_SETS", 3)
    dice = random.Random(5)
    files = []
    for _ in range(30):
        ids = dice.sample(range(40), dice.randint(1, 4))
        files.append([(one, dice.choice(["", *(f"{letter}@x" for letter in "abcdefghijklmnopqrst")])) for one in ids])
    world = World(contracts={"users": contract})
    assert [sent(world, number, rows) for number, rows in enumerate(files)] == by_the_book(contract, files)


def test_a_rule_that_a_contract_gains_looks_at_what_was_accepted_before() -> None:
    world = World(contracts={"users": replace(USERS, rules=(KEY,))})
    assert sent(world, 0, [(1, "a"), (2, "b")]) == [(1, "a"), (2, "b")]
    assert sent(world, 1, [(2, "c")]) == [(2, "c")]
    world.contracts["users"] = USERS
    assert sent(world, 2, [(3, "a"), (4, "b"), (5, "c")]) == [(4, "b")]
    assert sent(world, 3, [(6, "b"), (1, "a")]) == [(1, "a")]


class _Counting(MemoryObjectStore):
    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    def get(self, key: str, version_id: str | None = None) -> bytes:
        self.read += "/claims/" in key
        return super().get(key, version_id)


@pytest.mark.slow
def test_a_small_upload_reads_few_files_of_bounded_size_however_long_the_history(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(claims_module, "SHARD", 64)
    world = World(contracts={"users": USERS}, lake=_Counting())
    number, reads = 0, list[int]()
    for history in (200, 6_000):
        while number < history:
            rows = [(row, f"u{row}") for row in range(number, number + 200)]
            world.send(b"id,email\n" + "".join(f"{i},{e}\n" for i, e in rows).encode(), f"raw/users/{number}.csv")
            number += 200
        before = world.lake.read
        assert sent(world, number, [(10**6 + history, "u7")]) == []
        reads.append(world.lake.read - before)
    # Two by value and key in each of the sets, of which there are at most eight and some.
    assert reads[0] <= reads[1] <= 2 * 12
