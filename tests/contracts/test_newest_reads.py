"""What is read decides what is written next: no read of the two tables may come from a replica that lags behind."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from serin.adapters.catalog import DynamoCatalog
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import RecordTable
from serin.domain.errors import NotFound
from serin.ports import Catalog, Control
from tests.builders import NOON
from tests.tables import a_table

ARGUMENTS: Mapping[str, Any] = {
    **dict.fromkeys(
        ("dataset", "model", "bucket", "definition", "object", "hash", "holder", "name", "first", "last", "owner"), "a"
    ),
    **dict.fromkeys(
        ("upload_id", "training_set_id", "run_id", "release_id", "approval_id", "erasure_id", "work"), "r1"
    ),
    **{
        "area": "people",
        "number": 1,
        "sequence": 1,
        "since": 0,
        "limit": 10,
        "after": None,
        "now": NOON,
        "span": timedelta(minutes=1),
        "fresh": False,
        "epoch": None,
    },
}
"""What a read is asked with, by the argument's name."""

WRITES = ("record_", "note_", "save_", "begin_", "register", "add_", "finish", "replace_")
PORTS = (Catalog, Control)
READS = [
    (port, name)
    for port in PORTS
    for name, method in inspect.getmembers(port, inspect.isfunction)
    if not name.startswith(("_", *WRITES)) and name not in {"withdraw", "park", "unpark", "forget_live"}
]


class Reads:
    """Every read a client sends, by whether it asks for the newest."""

    def __init__(self, client: Any) -> None:
        self.newest: list[bool] = []
        for operation in ("GetItem", "Query", "Scan"):
            client.meta.events.register(f"before-call.dynamodb.{operation}", self._note)
        client.meta.events.register("before-call.dynamodb.BatchGetItem", self._refuse)

    def _note(self, params: Mapping[str, Any], **_: Any) -> None:
        self.newest.append(b'"ConsistentRead": true' in params["body"])

    def _refuse(self, **_: Any) -> None:
        raise AssertionError("a batch says ConsistentRead for each table")


@pytest.mark.parametrize(("port", "name"), READS, ids=[name for _, name in READS])
def test_every_read_is_of_the_newest(aws: None, port: type, name: str) -> None:
    client, table = a_table("records", "pk", "sk", by_moment=True)
    made = (DynamoCatalog if port is Catalog else DynamoControl)(RecordTable(client, table))
    reads, call = Reads(client), getattr(made, name)
    with suppress(NotFound):
        call(*(ARGUMENTS[argument] for argument in inspect.signature(call).parameters))
    assert reads.newest
    assert all(reads.newest)


def test_the_reads_of_both_ports_are_looked_at() -> None:
    seen: dict[type, list[str]] = {port: [name for owner, name in READS if owner is port] for port in PORTS}
    assert {"head", "parts", "latest_uploads", "acquired", "version_of_run"} <= set(seen[Catalog])
    assert {"acquire", "intent", "live", "token", "tokens"} <= set(seen[Control])
