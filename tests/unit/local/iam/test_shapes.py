"""The quick word on parameters is never another one than botocore's."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import OperationModel
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from infra.local.iam.errors import Unreadable
from infra.local.iam.requests.models import check, model_of
from infra.local.iam.requests.shapes import check_of

KEY = {"pk": {"S": "a"}}
PUT = {
    "TableName": "t",
    "Item": {**KEY, "l": {"L": [{"N": "1"}, {"M": {"b": {"B": "AA=="}, "none": {"NULL": True}}}]}},
    "ConditionExpression": "#n <= :n",
    "ExpressionAttributeNames": {"#n": "n"},
    "ExpressionAttributeValues": {":n": {"N": "1"}},
}
TEXTS = st.sampled_from(["t", "", "pk", "S", "TableName", "NONE"])
SCALARS = st.one_of(TEXTS, st.integers(-2, 2), st.booleans(), st.none(), st.floats(allow_nan=False))
NAMES = st.sampled_from(["S", "N", "M", "L", "Put", "Keys", "TableName", "Item", "Key"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["S", "N", "M", "L", "Put", "Keys", "TableName", "Item", "Key"]), inner, max_size=2
        ),
    ),
    max_leaves=6,
)


def operation(service: str, name: str) -> OperationModel:
    model = model_of(service)
    assert model is not None
    return model.operation_model(name)


@pytest.mark.parametrize(
    ("service", "name", "params"),
    [
        ("dynamodb", "PutItem", PUT),
        ("dynamodb", "BatchGetItem", {"RequestItems": {"t": {"Keys": [KEY], "ConsistentRead": True}}}),
        ("dynamodb", "Query", {"TableName": "t", "Limit": 5, "KeyConditionExpression": "pk = :a"}),
        ("dynamodb", "TransactWriteItems", {"TransactItems": [{"Put": PUT}]}),
        ("events", "PutEvents", {"Entries": [{"Source": "a", "DetailType": "b", "Detail": "{}"}]}),
        ("states", "StartExecution", {"stateMachineArn": "arn:a", "input": "{}"}),
    ],
)
def test_what_services_are_asked_most_is_known_at_once(service: str, name: str, params: dict[str, Any]) -> None:
    shape = operation(service, name).input_shape
    assert shape is not None
    assert check_of(shape)(params)
    assert not check_of(shape)({**params, "Other": 1})
    with pytest.raises(Unreadable, match="Other"):
        check({**params, "Other": 1}, shape)


@given(st.sampled_from(["PutItem", "BatchGetItem", "Query", "TransactWriteItems", "CreateTable"]), st.data())
def test_nothing_is_let_pass_that_botocore_finds_fault_with(name: str, data: st.DataObject) -> None:
    shape = operation("dynamodb", name).input_shape
    assert shape is not None
    given_params = data.draw(st.dictionaries(st.sampled_from(sorted(shape.members)), VALUES, max_size=4))
    params = {**({"TableName": "t"} if "TableName" in shape.members else {}), **given_params}
    if check_of(shape)(params):
        assert not ParamValidator().validate(params, shape).has_errors()


def test_a_value_nested_too_deep_is_refused_and_no_failure() -> None:
    value: dict[str, Any] = {"NULL": True}
    for _ in range(900):
        value = {"L": [value]}
    with pytest.raises(Unreadable):
        check({"TableName": "t", "Item": {"pk": value}}, operation("dynamodb", "PutItem").input_shape)
