from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from serin.data.contract.digests import row_digests
from serin.data.contract.evolution import as_contract
from serin.data.contract.types import POLARS_TYPES
from serin.domain.contracts import Column, Contract
from serin.domain.errors import Invalid

OLD = pl.DataFrame({"id": [1, -7, None], "day": [date(2024, 6, 1), None, date(1, 1, 1)], "gone": [True, None, False]})


def contract(**types: str) -> Contract:
    return Contract("shops", "2.0.0", tuple(Column(name, kind) for name, kind in types.items()), (), ())  # type: ignore[arg-type]


def test_old_rows_have_todays_columns_in_order_null_or_wider_in_type() -> None:
    rows = as_contract(OLD, contract(note="timestamp", day="string", id="number"))
    assert rows.schema == {"note": POLARS_TYPES["timestamp"], "day": pl.String, "id": pl.Float64}
    assert rows["day"].to_list() == ["2024-06-01", None, "0001-01-01"]
    assert rows["id"].to_list() == [1.0, -7.0, None]
    assert rows["note"].to_list() == [None, None, None]
    assert as_contract(OLD, contract(id="string"))["id"].to_list() == ["1", "-7", None]
    assert as_contract(OLD, contract(note="string")).height == OLD.height


def test_a_type_that_does_not_widen_and_a_number_that_is_not_exact_are_refused() -> None:
    with pytest.raises(Invalid, match=r"shops\.gone: is integer"):
        as_contract(OLD, contract(id="integer", gone="integer"))
    for large in (2**53 + 1, 2**63 - 1):
        with pytest.raises(Invalid, match=f"{large} was accepted as an integer") as refused:
            as_contract(pl.DataFrame({"id": [1, large]}), contract(id="number"))
        assert "a string" in refused.value.remedy


def test_digests_of_old_rows_stay_digests_where_the_contract_gains_a_column() -> None:
    now = contract(who="string", note="string").protecting({"who": "hash"})
    assert as_contract(pl.DataFrame({"who": ["pd-1"]}), now).rows() == [("pd-1", None)]


def test_a_number_that_is_not_exact_is_not_told_of_a_column_that_is_not_shown() -> None:
    secret = Contract("shops", "2.0.0", (Column("id", "number", classification="restricted"),), (), ())
    with pytest.raises(Invalid, match="a value that is not shown was accepted as an integer"):
        as_contract(pl.DataFrame({"id": [2**53 + 1]}), secret)


def test_a_row_sent_again_under_a_wider_type_has_the_digest_it_had() -> None:
    narrow = row_digests(OLD.drop("gone"))
    for types in ({"id": "number", "day": "string"}, {"id": "string", "day": "date"}):
        wide = as_contract(OLD, contract(**types))
        before = {name: kind for name, kind in {"id": "integer", "day": "date"}.items() if types[name] != kind}
        assert row_digests(wide, before).tolist() == narrow.tolist()  # type: ignore[arg-type]
    texts = pl.DataFrame({"id": ["007", "7", "x", None]})
    assert row_digests(texts, {"id": "integer"})[1] == row_digests(pl.DataFrame({"id": [7]}))[0]
    assert row_digests(texts, {"id": "integer"})[[0, 2, 3]].tolist() == row_digests(texts)[[0, 2, 3]].tolist()
    halves = pl.DataFrame({"id": [7.5, -0.0]})
    assert row_digests(halves, {"id": "integer"})[0] == row_digests(halves)[0]
    assert row_digests(halves, {"id": "integer"})[1] == row_digests(pl.DataFrame({"id": [0]}))[0]
