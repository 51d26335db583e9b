from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from itertools import pairwise, product
from typing import Any

import pytest

from serin.domain.charter import Input
from serin.domain.errors import Invalid, TooLarge
from serin.serving.quick_rows import QuickRows
from serin.serving.requests import read_request, read_row, read_rows
from serin.serving.rows import Instance

INPUTS = (
    Input("at", "timestamp"),
    Input("shop", "string"),
    Input("items", "integer", min=1, max=99),
    Input("amount", "number", nullable=True, min=0),
    Input("gift", "boolean", nullable=True),
)
GOOD: dict[str, Any] = {"at": "2013-01-31T07:00:00-05:00", "shop": "north", "items": 3, "amount": 9.5, "gift": False}


def read(*instances: Any) -> list[Instance]:
    return list(read_request(json.dumps({"instances": list(instances)}).encode(), INPUTS).instances)


def refused(*instances: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read(*instances)
    return caught.value


def test_a_right_request_is_read_in_the_types_of_the_charter() -> None:
    (instance,) = read({**GOOD, "amount": 9})
    assert instance == {
        "at": datetime(2013, 1, 31, 12, tzinfo=UTC),
        "shop": "north",
        "items": 3,
        "amount": 9.0,
        "gift": False,
    }
    assert type(instance["amount"]) is float
    assert list(instance) == [item.name for item in INPUTS]


def test_a_nullable_field_may_be_null_or_left_out() -> None:
    without = {name: value for name, value in GOOD.items() if name != "gift"}
    assert read(without, {**GOOD, "gift": None}) == [{**read(GOOD)[0], "gift": None}] * 2


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("at", "2013-01-31T07:00:00", "offset"),
        ("at", "20130131T070000Z", "offset"),
        ("at", "2013-W05-4T07:00Z", "offset"),
        ("at", "2013-02-30T07:00:00Z", "does not exist"),
        ("at", "2013-01-31T07:00:00+25:00", "does not exist"),
        ("at", "0001-01-01T00:00:00+23:00", "does not exist"),
        ("at", "٢٠١٣-01-31T07:00:00Z", "offset"),
        ("at", "0001-01-01T00:01:01Z", "outside the years 1678 to 2261"),
        ("at", "9999-12-31T00:00:00Z", "outside the years 1678 to 2261"),
        ("at", 1359633600, "not a timestamp"),
        ("shop", 5, "not a string"),
        ("shop", None, "null"),
        ("shop", "x" * 257, "257 characters"),
        ("shop", "a\nb", "control character"),
        ("shop", "a\x00", "control character"),
        ("shop", "a\x9b31m", "control character"),
        ("shop", "\ud800", "control character"),
        ("items", 3.5, "not an integer"),
        ("items", 2.0**60, "not an integer"),
        ("items", 2.0**53, "not an integer"),  # as 9007199254740993.0 is read too
        ("items", True, "not an integer"),
        ("items", "3", "not an integer"),
        ("items", 2**63, "64 bits"),
        ("items", 0, "below the minimum of 1"),
        ("items", 100, "above the maximum of 99"),
        ("amount", True, "not a number"),
        ("amount", "9.5", "not a number"),
        ("amount", -0.01, "below the minimum of 0"),
        ("amount", 10**400, "finite"),
        ("amount", [1], "not a number"),
        ("gift", 1, "not a boolean"),
        ("gift", "true", "not a boolean"),
    ],
)
def test_a_value_of_another_kind_is_refused_where_it_is(field: str, value: object, found: str) -> None:
    error = refused(GOOD, {**GOOD, field: value})
    assert error.field == f"instances[1].{field}"
    assert found in error.message
    assert error.remedy


def test_a_number_that_overflows_to_infinity_is_refused() -> None:
    body = json.dumps({"instances": [GOOD]}).replace("9.5", "1e999").encode()
    with pytest.raises(Invalid, match="finite") as caught:
        read_request(body, INPUTS)
    assert caught.value.field == "instances[0].amount"


def test_a_missing_field_is_named() -> None:
    error = refused({name: value for name, value in GOOD.items() if name != "shop"})
    assert (error.field, error.message) == ("instances[0].shop", "instances[0].shop: is missing.")
    assert error.remedy == "Send a string."


def test_an_unknown_field_is_named_and_the_known_ones_listed() -> None:
    error = refused({**GOOD, "dep_delay": 5})
    assert error.field == "instances[0].dep_delay"
    assert error.remedy == "Send only at, shop, items, amount, gift."


def test_an_unknown_name_is_repeated_short_and_without_its_control_characters() -> None:
    error = refused({**GOOD, "x\r\n" * 5000: 1})
    assert error.field is not None
    assert len(error.message) < 120
    assert "\n" not in error.message
    assert "\n" not in error.field


def test_the_first_ten_problems_are_reported_and_the_first_is_the_field() -> None:
    error = refused(*[{**GOOD, "items": 0}] * 30)
    assert error.field == "instances[0].items"
    assert error.message.count("below the minimum") == 10
    assert "instances[9].items" in error.message
    assert "instances[10]" not in error.message


@pytest.mark.parametrize("instance", [None, 5, [], "x"])
def test_an_instance_is_an_object(instance: object) -> None:
    assert refused(instance).field == "instances[0]"


@pytest.mark.parametrize("body", [b"[]", b"null", b"{}", b'{"instances": []}', b'{"instances": {}}'])
def test_a_body_without_instances_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        read_request(body, INPUTS)


def test_an_unknown_field_beside_the_instances_is_refused() -> None:
    with pytest.raises(Invalid, match="version") as caught:
        read_request(json.dumps({"instances": [GOOD], "version": 3}).encode(), INPUTS)
    assert caught.value.field == "version"


def test_a_thousand_instances_are_read_and_one_more_is_not() -> None:
    assert len(read(*[GOOD] * 1000)) == 1000
    with pytest.raises(TooLarge, match="1001"):
        read(*[GOOD] * 1001)


def test_a_whole_number_is_an_integer_however_it_is_written() -> None:
    (instance,) = read({**GOOD, "items": 3.0})
    assert (instance["items"], type(instance["items"])) == (3, int)


def test_a_field_without_a_name_is_named_all_the_same() -> None:
    with pytest.raises(Invalid) as caught:
        read_request(b'{"": null}', INPUTS)
    assert caught.value.field == '""'
    assert refused({**GOOD, "": 1}).field == 'instances[0].""'


ODD = (
    *(None, True, False, 0, 1, -1, 5, 99, 100, 2**53 + 1, 2**63, 10**400, 0.0, -0.0, 3.0, 9.5, 1e308, -1e308, 1e999),
    *("", "north", "x" * 256, "x" * 257, "São Paulo", "a\nb", "\ud800", "\x9b", "2013-01-31T07:00:00-05:00"),
    *("2013-02-30T07:00:00Z", "0001-01-01T00:00:00+23:00", [], [1], {}, {"a": 1}),
)


def test_a_row_that_is_read_quickly_is_read_as_any_other_and_a_wrong_one_is_left_to_who_can_say_why() -> None:
    quick, read_quickly = QuickRows(INPUTS), 0
    assert quick.read([5]) is quick.read([{}]) is quick.read([{**GOOD, "more": 1}]) is None
    for first, second in pairwise((*INPUTS, INPUTS[0])):
        for value, other in product(ODD, ODD[::3]):
            row = {**GOOD, first.name: value, second.name: other}
            read = quick.read([row])
            try:
                expected = read_row(row, INPUTS)
            except Invalid:
                assert read is None
                continue
            read_quickly += read is not None
            # The text tells 0.0 from -0.0, 1 from 1.0 and True, and one order of the fields from another.
            assert read is None or repr(read[0]) == repr(expected)
    assert read_quickly > 30


def test_rows_that_are_read_together_are_read_as_one_by_one_and_refused_for_the_same() -> None:
    seed = random.randrange(2**32)
    draw, quick, together = random.Random(seed), QuickRows(INPUTS), 0
    for _ in range(300):
        odd = draw.choice((0.0, 0.02, 0.3))
        rows = [
            {item.name: draw.choice(ODD) if draw.random() < odd else GOOD[item.name] for item in INPUTS}
            for _ in range(draw.choice((2, 3, 20)))
        ]
        together += quick.read(rows) is not None
        assert told(rows, quick) == told(rows, None), (seed, rows)
    assert together > 30


def told(rows: list[dict[str, Any]], quick: QuickRows | None) -> str:
    """The text tells 0.0 from -0.0, 1 from 1.0 and True."""
    try:
        return repr(list(read_rows(rows, "instances", INPUTS, quick)))
    except Invalid as error:
        return repr(error.as_record())
