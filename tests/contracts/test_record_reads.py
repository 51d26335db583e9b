"""Records are read the short way, without botocore; what has no plain answer there is asked of botocore."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from serin.adapters.dynamodb import MOMENT, Put, RecordTable
from tests.answers import Answer, Answers, calls_through
from tests.contracts.clouds import Aws
from tests.contracts.conftest import calls_on
from tests.tables import a_table

BIG = "x" * 390_000
"""Three such records are more than one answer of DynamoDB holds."""


def no_client() -> Any:
    raise AssertionError("botocore was asked")


@pytest.fixture(params=["short way", "botocore"])
def records(request: pytest.FixtureRequest, cloud: Aws) -> RecordTable:
    """Five records, which are read either way; the clients of this table may only write where both are possible."""
    client, name = a_table(cloud.name("records"), "pk", "sk", by_moment=True, client=cloud.client("dynamodb"))
    written = RecordTable(client, name)
    for number in range(5):
        written.put(Put("a", f"{number}", {"number": number, "big": BIG}, {MOMENT: f"2013-0{9 - number}"}))
    if request.param == "botocore":
        return written
    return RecordTable(no_client, name, calls_on(cloud) if cloud.is_local else calls_through(client))


def numbers(records: Any) -> list[int]:
    return [record["number"] for record in records]


def test_what_fills_several_answers_is_read_to_its_end(records: RecordTable) -> None:
    assert numbers(records.query("a")) == [0, 1, 2, 3, 4]
    assert numbers(records.query("a", "3")) == [3]
    assert numbers(records.between("a", "1", "3")) == [1, 2, 3]
    assert records.query("b") == []


def test_one_record_is_read_or_is_not_there(records: RecordTable) -> None:
    assert numbers([records.get("a", "2")]) == [2]
    assert records.get("a", "9") is None


@pytest.mark.parametrize(("by_moment", "order"), [(False, [4, 3, 2, 1, 0]), (True, [0, 1, 2, 3, 4])])
def test_a_page_goes_on_where_the_last_one_ended(records: RecordTable, by_moment: bool, order: list[int]) -> None:
    first = records.newest("a", 4, None, by_moment=by_moment)
    assert numbers(first.items) == order[:4]
    rest = records.newest("a", 4, first.next, by_moment=by_moment)
    assert (numbers(rest.items), rest.next) == (order[4:], None)


@pytest.mark.parametrize("answer", [Answer({"__type": "x#InternalServerError"}, 500), Answer(b"<html>", 200)])
@pytest.mark.parametrize(
    "read", [lambda table: table.get("a", "1"), lambda table: next(iter(table.query("a")))], ids=["get", "query"]
)
def test_what_has_no_plain_answer_is_asked_of_botocore(
    aws: None, answer: Answer, read: Callable[[RecordTable], Any]
) -> None:
    client, name = a_table("records", "pk", "sk")
    table = RecordTable(client, name, calls_through(client))
    table.put(Put("a", "1", {"number": 1}))
    told = iter([answer])
    asked = [Answers(client, lambda _: next(told, None), operation) for operation in ("GetItem", "Query")]
    assert read(table) == {"number": 1}
    assert sum(len(one.requests) for one in asked) == 2
