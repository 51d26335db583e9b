"""A file keeps its own names for its columns; the contract says what they are here."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from serin.data.contract.rules import Surroundings
from serin.data.files.parquet import to_parquet
from serin.data.files.reading import read_table
from serin.domain.contracts import Column, Contract
from serin.domain.errors import Rejected
from tests.builders import NOON
from tests.checking import check

AGE = Column("age_years", "integer", written="Age (years)")
CONTRACT = Contract("people", "1", (AGE, Column("name", "string")), (), (), left_out=("Address",))


def _parquet(columns: dict[str, list[object]]) -> bytes:
    return to_parquet(pl.DataFrame(columns))


@pytest.mark.parametrize(
    "content",
    [
        b"Age (years),name,Address\n7,sam,x\n",
        b"name,age_years,Address\nsam,7,x\n",
        _parquet({"name": ["sam"], "Age (years)": [7], "Address": ["x"]}),
    ],
)
def test_a_file_has_its_own_names_or_those_of_the_contract(content: bytes) -> None:
    found = check(read_table("a", content, CONTRACT), CONTRACT, Surroundings(NOON))
    assert found.accepted.select("age_years", "name").rows() == [(7, "sam")]
    assert found.warnings == {}, "a column that is left out by the contract is none that nobody expected"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name\nsam\n", "column 'Age (years)' is missing; found name."),
        (b"age (Years),name\n7,sam\n", "column 'Age (years)' is written 'age (Years)'"),
        (b"Age (years),age_years,name\n7,7,sam\n", "columns 'Age (years)', 'age_years' are one column"),
        (b"People\nAge (years),name\n7,sam\n", "its header is on line 2"),
        (_parquet({"name": ["sam"], "Age (years)": [[7]]}), "column 'Age (years)' holds lists"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_in_its_own_names(content: bytes, message: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_table("a", content, CONTRACT)
    assert message in caught.value.message


def test_two_columns_may_change_their_names_with_each_other() -> None:
    swapped = replace(CONTRACT, columns=(Column("a", "integer", written="b"), Column("b", "string", written="a")))
    assert read_table("a", b"a,b\nx,1\n", swapped).text.to_dicts() == [{"b": "x", "a": "1"}]
