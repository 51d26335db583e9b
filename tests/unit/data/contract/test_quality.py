from __future__ import annotations

import pytest

from serin.data.contract.quality import NAMED
from serin.data.files.reading import read_table
from serin.domain.contract_rules import rules_of
from serin.domain.contracts import Column, Contract, Rule
from tests.builders import a_contract
from tests.checking import Checked, check

COLUMNS = (
    Column("order_id", "integer", required=True),
    Column("shop", "string"),
    Column("amount", "number"),
    Column("at", "timestamp"),
)
HEADER = "order_id,shop,amount,at"


def contract(*rules: Rule, key: tuple[str, ...] = ("order_id",)) -> Contract:
    return Contract("orders", "1.0.0", COLUMNS, rules, key)


def checked(*lines: str, rules: tuple[Rule, ...] = (), header: str = HEADER) -> Checked:
    content = "\n".join((header, *lines)).encode()
    agreed = contract(*rules)
    found = check(read_table("orders.csv", content, agreed), agreed)
    assert found.rows == len(lines)
    return found


def broken(found: Checked) -> dict[int, list[str]]:
    return dict(zip(found.quarantine["__row"].to_list(), found.quarantine["__rules"].to_list(), strict=True))


def test_good_rows_are_typed_and_in_the_contracts_order() -> None:
    found = checked("2013-01-01T10:00:00Z,2.5,7,north", header="at,amount,order_id,shop")
    assert found.accepted.columns == ["order_id", "shop", "amount", "at"]
    assert [str(dtype) for dtype in found.accepted.dtypes] == [
        "Int64",
        "String",
        "Float64",
        "Datetime(time_unit='us', time_zone='UTC')",
    ]
    assert found.rules == found.warnings == {}


def test_a_row_with_a_missing_key_goes_to_quarantine() -> None:
    found = checked("1,a,1,", ",b,2,", "NA,c,3,")
    assert broken(found) == {2: ["orders.order_id.required"], 3: ["orders.order_id.required"]}
    assert found.rules == {"orders.order_id.required": 2}


def test_the_primary_key_is_required_even_where_its_column_does_not_say_so() -> None:
    agreed = contract(key=("order_id", "shop"))
    found = check(read_table("orders.csv", f"{HEADER}\n1,,2,".encode(), agreed), agreed)
    assert broken(found) == {1: ["orders.shop.required"]}


def test_a_wrong_type_goes_to_quarantine_as_it_was_written() -> None:
    found = checked("1,a,1e999,", "x7,b,2,yesterday", "3,c,2,NA")
    assert broken(found) == {1: ["orders.amount.type"], 2: ["orders.order_id.type", "orders.at.type"]}
    assert found.quarantine.select("order_id", "shop", "amount", "at").rows() == [
        ("1", "a", "1e999", None),
        ("x7", "b", "2", "yesterday"),
    ]
    assert found.accepted["order_id"].to_list() == [3]


def test_a_column_in_which_every_value_is_wrong_quarantines_every_row() -> None:
    found = checked("a,a,1,", "b,b,2,")
    assert found.accepted.height == 0
    assert found.rules == {"orders.order_id.type": 2}


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (Rule("r", "range", ("amount",), "accuracy", minimum=0, maximum=10), ("0", "10", ""), ("-0.1", "10.5")),
        (Rule("r", "range", ("amount",), "accuracy", minimum=0), ("0", "1e300"), ("-1",)),
        (Rule("r", "range", ("amount",), "accuracy", maximum=0), ("0", "-5"), ("1",)),
        (Rule("r", "one_of", ("shop",), "accuracy", values=("north", "south")), ("north", ""), ("North", "east")),
        (Rule("r", "one_of", ("amount",), "accuracy", values=("1", "2.5")), ("1.0", "2.50"), ("2",)),
        (Rule("r", "pattern", ("shop",), "accuracy", pattern="^[a-z]+$"), ("north", "NA"), ("n1", "N")),
        (Rule("r", "pattern", ("shop",), "accuracy", pattern="or"), ("north",), ("south",)),
        (Rule("r", "length", ("shop",), "accuracy", minimum=2, maximum=3), ("ab", "éàü", ""), ("a", "abcd")),
        (Rule("r", "required", ("shop",), "completeness"), ("a",), ("", "NA")),
    ],
)
def test_a_rule_parts_good_values_from_bad(rule: Rule, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    position = HEADER.split(",").index(rule.columns[0])
    lines = []
    for number, value in enumerate((*good, *bad), start=1):
        row = [str(number), "ab", "1", ""]
        row[position] = value
        lines.append(",".join(row))
    found = checked(*lines, rules=(rule,))
    assert broken(found) == {len(good) + number: ["r"] for number in range(1, len(bad) + 1)}


def test_every_broken_rule_is_told() -> None:
    rules = (
        Rule("cheap", "range", ("amount",), "accuracy", maximum=10),
        Rule("known", "one_of", ("shop",), "accuracy", values=("north",)),
    )
    found = checked("x,east,11,", rules=rules)
    assert broken(found) == {1: ["orders.order_id.type", "cheap", "known"]}
    assert found.rules == {"orders.order_id.type": 1, "cheap": 1, "known": 1}


def test_a_warning_is_counted_and_the_row_stays() -> None:
    rules = (
        Rule("known", "one_of", ("shop",), "accuracy", "warning", values=("north",)),
        Rule("once", "unique", ("shop",), "consistency", "warning"),
    )
    found = checked("1,east,1,", "2,east,2,", "y,west,3,", rules=rules)
    assert found.accepted.height == 2
    assert found.warnings == {"known": 2, "once": 1}
    assert found.rules == {"orders.order_id.type": 1}


UNIQUE = Rule("orders.key.unique", "unique", ("order_id", "shop"), "consistency")


def test_of_rows_with_one_key_the_first_stays() -> None:
    found = checked("1,a,1,", "1,b,2,", "1,a,3,", "01,a,4,", rules=(UNIQUE,))
    assert broken(found) == {3: [UNIQUE.id], 4: [UNIQUE.id]}


def test_a_bad_row_does_not_take_a_good_ones_place() -> None:
    found = checked("1,a,many,", "1,a,2,", "1,a,3,", rules=(UNIQUE,))
    assert found.accepted["amount"].to_list() == [2.0]
    assert broken(found) == {1: ["orders.amount.type", UNIQUE.id], 3: [UNIQUE.id]}


def test_a_key_with_a_null_repeats_nothing() -> None:
    assert checked("1,,1,", "1,,2,", rules=(UNIQUE,)).accepted.height == 2


def test_an_unexpected_column_is_reported_and_not_passed_on() -> None:
    found = checked("1,a,1,,x", "z,b,2,,y", header=f"{HEADER},Loyalty Card")
    assert found.warnings == {"orders.loyalty_card.unexpected": 2}
    assert "Loyalty Card" not in found.accepted.columns
    assert found.quarantine["Loyalty Card"].to_list() == ["y"]


def test_a_column_named_like_our_own_does_not_disturb_the_quarantine() -> None:
    found = checked("z,a,1,,x", header=f"{HEADER},__row")
    assert broken(found) == {1: ["orders.order_id.type"]}


def test_a_row_of_the_wrong_width_is_kept_whole() -> None:
    found = checked("1,a,1,", "2,b", "3,c,3,,,", "w,d,4,")
    assert broken(found) == {2: ["orders.row.shape"], 3: ["orders.row.shape"], 4: ["orders.order_id.type"]}
    assert found.quarantine["__text"].to_list() == ["2,b", "3,c,3,,,", None]
    assert found.rules == {"orders.row.shape": 2, "orders.order_id.type": 1}


def test_what_a_contract_says_itself_is_not_said_twice() -> None:
    own = Rule("orders.id.there", "required", ("order_id",), "completeness")
    implied = ("order_id.type", "shop.type", "amount.type", "at.type", "at.future")
    ids = [rule.id for rule in rules_of(contract(own))]
    assert ids == [*(f"orders.{name}" for name in implied), own.id]


def test_of_many_columns_that_nobody_expected_the_first_are_named_and_the_others_counted() -> None:
    extra = ",".join(f"c{number}" for number in range(60))
    content = f"order_id,at,shop,amount,late,{extra}\n1,2013-01-01T10:00:00Z,north,10,true{',' * 60}\n".encode()
    warnings = check(read_table("orders.csv", content, a_contract()), a_contract()).warnings
    unexpected = [name for name in warnings if name.endswith(".unexpected")]
    assert len(unexpected) == NAMED + 1
    assert unexpected[-1] == "orders.10 more.unexpected"
