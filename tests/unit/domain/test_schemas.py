from __future__ import annotations

from dataclasses import replace

import pytest

from serin.domain.contracts import Column, Contract
from serin.domain.datasets import DatasetHead, Part
from serin.domain.errors import Invalid
from serin.domain.records import as_record, from_record
from serin.domain.schemas import changes, refuse_incompatible, schema_of

FIRST = Contract(
    "shops",
    "1.0.0",
    (Column("id", "integer", required=True), Column("day", "date"), Column("name", "string"), Column("size", "number")),
    (),
    ("id",),
)


def second(*columns: Column, **parts: object) -> Contract:
    """The first contract's successor: columns of these names replaced, or added."""
    new = {column.name: column for column in columns}
    kept = tuple(new.pop(column.name, column) for column in FIRST.columns)
    return replace(FIRST, version="2.0.0", **{"columns": (*kept, *new.values()), **parts})


@pytest.mark.parametrize(
    "contract",
    [
        second(Column("note", "string")),
        second(columns=FIRST.columns[:2]),
        second(columns=FIRST.columns[::-1]),
        second(Column("id", "number", required=True)),
        second(Column("id", "string", required=True)),
        second(Column("day", "string")),
        second(Column("name", "string", required=True)),
    ],
)
def test_what_old_rows_can_be_read_by_is_no_change_that_is_refused(contract: Contract) -> None:
    refuse_incompatible([schema_of(FIRST)], contract)


@pytest.mark.parametrize(
    ("contract", "found", "remedy"),
    [
        (
            second(Column("name", "integer")),
            "shops.name: is integer, and rows accepted under version 1.0.0",
            "Keep str",
        ),
        (second(Column("size", "integer")), "shops.size: is integer", "another name"),
        (second(Column("size", "string")), "have it as number", "Keep number"),
        (second(Column("day", "timestamp")), "shops.day: is timestamp", "Keep date"),
        (second(Column("note", "string", required=True)), "shops.note: is required, and rows", "nullValues"),
        (second(primary_key=()), "the primary key id, version 2.0.0 has no primary key", "another name"),
        (second(primary_key=("id", "day")), "the primary key id, day", "another name"),
    ],
)
def test_what_old_rows_cannot_be_read_by_is_refused_with_what_to_do(
    contract: Contract, found: str, remedy: str
) -> None:
    with pytest.raises(Invalid) as refused:
        refuse_incompatible([schema_of(FIRST)], contract)
    assert found in refused.value.message
    assert remedy in refused.value.remedy


def test_a_type_is_held_to_every_schema_there_was_not_to_the_last_one_alone() -> None:
    between = replace(FIRST, version="1.5.0", columns=FIRST.columns[:2])
    accepted = [schema_of(FIRST), schema_of(between)]
    with pytest.raises(Invalid, match=r"shops\.name: is boolean, and rows accepted under version 1\.0\.0"):
        refuse_incompatible(accepted, second(Column("name", "boolean")))
    (gone,) = changes(accepted, between)
    assert (gone.refused, "name, size of rows" in gone.what) == (False, True)


def test_a_head_keeps_each_schema_once_whatever_the_order_of_columns_and_the_version() -> None:
    head = DatasetHead("shops").under(schema_of(FIRST)).under(schema_of(second(columns=FIRST.columns[::-1])))
    wider = schema_of(second(Column("id", "string", required=True)))
    after = head.after(Part("shops", 1, "u", "k", 1, "d")).under(wider)
    assert [(schema.version, schema.primary_key) for schema in after.schemas] == [
        ("1.0.0", ("id",)),
        ("2.0.0", ("id",)),
    ]
    assert from_record(DatasetHead, as_record(after)) == after
