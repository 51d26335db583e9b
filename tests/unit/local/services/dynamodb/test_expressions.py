"""A condition that is remembered is still the one that was asked."""

from __future__ import annotations

from typing import Any

import pytest
from moto.dynamodb.comparisons import ConditionExpressionParser, get_filter_expression
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from infra.local.services.all import every_service


@pytest.fixture(autouse=True)
def patched() -> None:
    every_service()


def holds(condition: str, values: dict[str, Any], **item: Any) -> bool:
    stored = Item(DynamoType({"S": "a"}), None, {"pk": {"S": "a"}, **item})
    return bool(get_filter_expression(condition, {"#n": "n"}, values).expr(stored))


def test_another_value_is_another_condition() -> None:
    assert [holds("#n <= :n", {":n": {"N": n}}, n={"N": "5"}) for n in ("4", "5", "6")] == [False, True, True]


def test_another_name_is_another_condition() -> None:
    stored = Item(DynamoType({"S": "a"}), None, {"pk": {"S": "a"}, "n": {"N": "1"}})
    conditions = [get_filter_expression("attribute_exists(#n)", {"#n": name}, None) for name in ("n", "m")]
    assert [condition.expr(stored) for condition in conditions] == [True, False]


def test_a_value_that_a_request_changes_afterwards_changes_no_condition() -> None:
    values: dict[str, Any] = {":n": {"L": [{"N": "1"}]}}
    asked = {"n": {"L": [{"N": "1"}]}}
    assert holds("#n = :n", values, **asked)
    values[":n"]["L"].append({"N": "2"})
    assert holds("#n = :n", {":n": {"L": [{"N": "1"}]}}, **asked)


def test_each_time_the_names_and_values_it_uses_are_told() -> None:
    for _ in range(2):
        parser = ConditionExpressionParser("#n = :n", {"#n": "n", "#m": "m"}, {":n": {"N": "1"}})
        parser.parse()
        assert (parser.expr_attr_names_found, parser.expr_attr_values_found) == (["#n"], [":n"])
