"""What DynamoDB takes for a value, for an expression and for a request.

Messages as they were recorded of AWS: https://github.com/architect/dynalite/tree/main/test
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

from benches.rules.dynamodb import table_of_two_keys
from benches.rules.model import Attempt, refused, rule
from infra.local.cloud import LocalCloud

_GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide"
_API = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference"
_TYPES = f"{_GUIDE}/HowItWorks.NamingRulesDataTypes.html"
_LIMITS = f"{_GUIDE}/Constraints.html"
_EXPRESSIONS = f"{_GUIDE}/Expressions.html"
_KEY = {"pk": {"S": "a"}, "sk": {"S": "a"}}


def _deep(levels: int) -> Mapping[str, Any]:
    value: dict[str, Any] = {"S": "x"}
    for _ in range(levels - 1):
        value = {"M": {"a": value}}
    return value


_VALUES: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "number_too_exact": ({"N": "1" * 39}, "Attempting to store more than 38 significant digits in a Number"),
    "number_too_large": ({"N": "1e126"}, "Number overflow."),
    "number_too_small": ({"N": "1e-131"}, "Number underflow."),
    "number_that_is_none": ({"N": "abc"}, "The parameter cannot be converted to a numeric value: abc"),
    "set_without_a_member": ({"SS": []}, "An string set  may not be empty"),
    "set_with_one_member_twice": ({"SS": ["a", "a"]}, "Input collection [a, a] contains duplicates."),
    "set_of_equal_numbers": ({"NS": ["1", "1.0"]}, "contains duplicates"),
    "set_with_an_empty_member": ({"SS": [""]}, "An string set may not have a empty string as a member"),
    "value_of_two_types": ({"S": "a", "N": "1"}, "Supplied AttributeValue has more than one datatypes set"),
    "value_of_no_type": ({}, "Supplied AttributeValue is empty"),
    "null_that_is_false": ({"NULL": False}, "Null attribute value types must have the value of true"),
    "value_of_33_levels": (_deep(33), "Nesting Levels have exceeded supported limits"),
}
_PUTS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "value_nobody_uses": (
        {"ConditionExpression": "attribute_exists(pk)", "ExpressionAttributeValues": {":x": {"S": "a"}}},
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}",
    ),
    "value_that_is_not_told": (
        {"ConditionExpression": "pk = :y"},
        "An expression attribute value used in expression is not defined; attribute value: :y",
    ),
    "name_that_is_not_told": (
        {"ConditionExpression": "attribute_exists(#y)"},
        "An expression attribute name used in the document path is not defined; attribute name: #y",
    ),
    "values_without_an_expression": (
        {"ExpressionAttributeValues": {":x": {"S": "a"}}},
        "ExpressionAttributeValues can only be specified when using expressions",
    ),
    "expression_that_is_empty": ({"ConditionExpression": ""}, "The expression can not be empty;"),
    "expression_that_is_none": ({"ConditionExpression": "pk ="}, "Invalid ConditionExpression: Syntax error"),
    "expression_too_long": (
        {"ConditionExpression": f"attribute_exists({'a' * 4_100})"},
        "Expression size has exceeded the maximum allowed size",
    ),
}


def _client(cloud: LocalCloud) -> Any:
    return boto3.client("dynamodb", config=Config(parameter_validation=False), **cloud.client)


def _putting(name: str, item: Mapping[str, Any], more: Mapping[str, Any], message: str) -> Attempt:
    def attempt(cloud: LocalCloud) -> None:
        with table_of_two_keys(cloud) as table, refused("ValidationException", message=message):
            _client(cloud).put_item(TableName=table, Item={**_KEY, **item}, **more)

    attempt.__name__ = name
    return attempt


for _name, (_value, _message) in _VALUES.items():
    rule(service="dynamodb", says=f"a value is not such: {_name}", source=_TYPES)(
        _putting(_name, {"v": _value}, {}, _message)
    )
for _name, (_more, _message) in _PUTS.items():
    rule(service="dynamodb", says=f"an expression is not such: {_name}", source=_EXPRESSIONS)(
        _putting(_name, {}, _more, _message)
    )


@rule(service="dynamodb", says="a value of 32 levels is kept", source=_LIMITS)
def value_of_32_levels(cloud: LocalCloud) -> None:
    with table_of_two_keys(cloud) as table:
        _client(cloud).put_item(TableName=table, Item={**_KEY, "v": _deep(32)})


def _asking(name: str, operation: str, asked: Mapping[str, Any], message: str) -> Attempt:
    def attempt(cloud: LocalCloud) -> None:
        with table_of_two_keys(cloud) as table, refused("ValidationException", message=message):
            named = {} if operation.startswith(("transact", "batch")) else {"TableName": table}
            getattr(_client(cloud), operation)(**named, **_in(asked, table))

    attempt.__name__ = name
    return attempt


def _in(asked: Any, table: str) -> Any:
    """The request for this table, which stands as `TABLE` in it."""
    if isinstance(asked, Mapping):
        return {table if name == "TABLE" else name: _in(value, table) for name, value in asked.items()}
    if isinstance(asked, list):
        return [_in(value, table) for value in asked]
    return table if asked == "TABLE" else asked


_PUT = {"Put": {"TableName": "TABLE", "Item": _KEY}}
_QUERY = {"KeyConditionExpression": "pk = :a", "ExpressionAttributeValues": {":a": {"S": "a"}}}
_GET = {"Get": {"TableName": "TABLE", "Key": _KEY}}
_LARGE = [
    {"Put": {"TableName": "TABLE", "Item": {**_KEY, "sk": {"S": str(at)}, "v": {"S": "x" * 390_000}}}}
    for at in range(11)
]
_AT_LEAST_ONE = "Member must have length greater than or equal to 1"
_REQUESTS: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "query_of_nothing": (
        "query",
        {**_QUERY, "Limit": 0},
        "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ),
    "query_by_another_operator": ("query", {**_QUERY, "KeyConditionExpression": "pk <> :a"}, "Invalid operator"),
    "token_too_long": (
        "transact_write_items",
        {"TransactItems": [_PUT], "ClientRequestToken": "a" * 37},
        "at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36",
    ),
    "token_that_is_empty": (
        "transact_write_items",
        {"TransactItems": [_PUT], "ClientRequestToken": ""},
        f"Value '' at 'clientRequestToken' failed to satisfy constraint: {_AT_LEAST_ONE}",
    ),
    "transaction_of_nothing": ("transact_write_items", {"TransactItems": []}, _AT_LEAST_ONE),
    "transaction_of_4_mb": ("transact_write_items", {"TransactItems": _LARGE}, "exceeded 4 MB"),
    "transaction_that_reads_twice": (
        "transact_get_items",
        {"TransactItems": [_GET, _GET]},
        "Transaction request cannot include multiple operations on one item",
    ),
    "batch_of_nothing": ("batch_write_item", {"RequestItems": {}}, _AT_LEAST_ONE),
    "batch_that_reads_nothing": ("batch_get_item", {"RequestItems": {}}, _AT_LEAST_ONE),
}
for _name, (_operation, _asked, _message) in _REQUESTS.items():
    rule(service="dynamodb", says=f"a request is not such: {_name}", source=f"{_API}/API_Operations.html")(
        _asking(_name, _operation, _asked, _message)
    )
