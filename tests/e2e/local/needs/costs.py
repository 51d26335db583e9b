"""What is the same for every request is found out once: seconds of a walk were spent on it."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from moto.core import responses
from moto.core.base_backend import BackendDict
from moto.core.parse import JSONParser
from moto.core.serialize import ResponseSerializer
from moto.dynamodb import responses as dynamo_responses
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models import utilities
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.moto_api._internal.moto_random import MotoRandom
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

from infra.local.cloud import LocalCloud
from tests.e2e.local.needs.model import needed
from tests.e2e.local.needs.world import aws, parts, table


@contextmanager
def _watched(owner: Any, name: str) -> Iterator[mock.Mock]:
    """Calls that go on to where they went."""
    with mock.patch.object(owner, name, autospec=True, side_effect=getattr(owner, name)) as calls:
        yield calls


@needed("moto.core.responses.method_names_from_class")
def the_members_of_a_service_are_not_all_read_to_find_one(cloud: LocalCloud) -> None:
    sqs = aws(cloud, "sqs")
    with _watched(inspect, "getmembers") as read:
        sqs.list_queues()
    assert not read.called


@needed("moto.core.responses.gen_amzn_requestid_long")
def the_id_of_an_answer_is_drawn_at_once(cloud: LocalCloud) -> None:
    sqs = aws(cloud, "sqs")
    with _watched(MotoRandom, "get_random_string") as drawn:
        ids = {sqs.list_queues()["ResponseMetadata"]["RequestId"] for _ in range(2)}
    assert len(ids) == 2
    assert not drawn.called


@needed("moto.core.responses.BaseResponse._enrich_response")
def an_answer_is_not_looked_through_for_an_id_that_stands_before_it(cloud: LocalCloud) -> None:
    """SQS answers JSON, and CloudFormation XML, in which it stands."""
    assert len(aws(cloud, "cloudformation").list_stacks()["ResponseMetadata"]["RequestId"]) > 30
    sqs = aws(cloud, "sqs")
    with _watched(re, "sub") as looked:
        assert len(sqs.list_queues()["ResponseMetadata"]["RequestId"]) > 30
    assert not any("RequestId" in str(call.args[0]) and call.args[2] for call in looked.call_args_list)


@needed("moto.core.responses.camelcase_to_underscores")
def the_name_of_an_operation_is_taken_apart_once(_cloud: LocalCloud) -> None:
    first, second = (responses.camelcase_to_underscores("ListQueues") for _ in range(2))
    assert first == "list_queues"
    assert first is second


@needed("moto.core.base_backend.BackendDict._create_account_specific_backend")
def services_are_not_compared_to_find_one(cloud: LocalCloud) -> None:
    sqs = aws(cloud, "sqs")
    sqs.list_queues()
    with _watched(BackendDict, "__eq__") as compared:
        sqs.list_queues()
    assert not compared.called


@needed("moto.dynamodb.models.dynamo_type.Item.__init__")
def the_size_of_an_item_is_added_up_once(cloud: LocalCloud) -> None:
    dynamodb = aws(cloud, "dynamodb")
    with table(cloud) as name, _watched(DynamoType, "size") as measured:
        dynamodb.put_item(TableName=name, Item={"pk": {"S": "a"}, **{f"n{at}": {"N": "7"} for at in range(20)}})
        assert 21 <= measured.call_count <= 2 * 21


@needed("moto.dynamodb.responses.DynamoHandler.put_item")
def an_item_is_not_gone_through_again_to_be_written(cloud: LocalCloud) -> None:
    dynamodb = aws(cloud, "dynamodb")
    with table(cloud) as name, _watched(dynamo_responses, "validate_put_has_empty_attrs") as gone_through:
        dynamodb.put_item(TableName=name, Item={"pk": {"S": "a"}, **ITEM})
        assert dynamodb.get_item(TableName=name, Key={"pk": {"S": "a"}})["Item"] == {"pk": {"S": "a"}, **ITEM}
        assert not gone_through.called


@needed("moto.dynamodb.models.table.Table.put_item")
def what_was_judged_when_it_was_asked_is_not_judged_where_it_is_kept(cloud: LocalCloud) -> None:
    dynamodb = aws(cloud, "dynamodb")
    with parts(cloud) as name, _watched(Table, "_validate_item_types") as judged:
        item = {"pk": {"S": "a"}, "part": {"S": "1"}, "n": {"N": "7"}}
        absent = {"ConditionExpression": "attribute_not_exists(pk)"}
        dynamodb.put_item(TableName=name, Item=item, **absent)
        with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
            dynamodb.put_item(TableName=name, Item={**item, "n": {"N": "8"}}, **absent)
        read = dynamodb.get_item(TableName=name, Key={"pk": {"S": "a"}, "part": {"S": "1"}})
        assert read["Item"] == item
        assert not judged.called


@needed("moto.dynamodb.models.dynamo_type.DynamoType.__hash__")
def a_key_is_looked_up_as_it_is(_cloud: LocalCloud) -> None:
    with _kinds_asked() as asked:
        assert hash(DynamoType({"S": "a"})) == hash(DynamoType({"S": "a"}))
        assert not asked.called
        assert hash(DynamoType({"N": "1"})) == hash(DynamoType({"N": "1.0"}))


@needed("moto.dynamodb.models.dynamo_type.DynamoType.__eq__")
def keys_are_compared_as_they_are(_cloud: LocalCloud) -> None:
    with _kinds_asked() as asked:
        assert DynamoType({"S": "a"}) == DynamoType({"S": "a"})
        assert (DynamoType({"S": "a"}) == DynamoType({"S": "b"})) is False
        assert (DynamoType({"S": "a"}) == DynamoType({"B": b"a"})) is False
        assert not asked.called
        assert DynamoType({"N": "1"}) == DynamoType({"N": "1.0"})


@needed("moto.dynamodb.models.dynamo_type.DynamoType.size")
def the_size_of_a_text_is_its_length(_cloud: LocalCloud) -> None:
    with _kinds_asked() as asked:
        assert [DynamoType(value).size() for value in ({"S": "é"}, {"N": "-7"}, {"B": b"abc"})] == [2, 2, 3]
        assert not asked.called
        assert DynamoType({"SS": ["a", "bc"]}).size() == 3


@contextmanager
def _kinds_asked() -> Iterator[mock.Mock]:
    """How often a value is asked whether it is a number, once made."""
    with _watched(DynamoType, "is_number") as asked:
        yield asked


@needed("moto.dynamodb.comparisons.ConditionExpressionParser.parse")
def a_condition_is_parsed_once_and_holds_for_each_item(cloud: LocalCloud) -> None:
    dynamodb = aws(cloud, "dynamodb")
    with table(cloud) as name, _watched(ConditionExpressionParser, "_lex_condition_expression") as lexed:
        condition = {
            "ConditionExpression": "attribute_not_exists(pk) OR #n <= :n",
            "ExpressionAttributeNames": {"#n": "n"},
            "ExpressionAttributeValues": {":n": {"N": "7"}},
        }
        for key in ("a", "b", "a"):
            dynamodb.put_item(TableName=name, Item={"pk": {"S": key}, "n": {"N": "7"}}, **condition)
        assert lexed.call_count <= 1


ITEM: dict[str, Any] = {
    "n": {"N": "7"},
    "s": {"SS": ["x", "y"]},
    "b": {"B": b"\0\xff"},
    "m": {"M": {"l": {"L": [{"BOOL": True}, {"NULL": True}]}}},
}


@needed("moto.dynamodb.responses.DynamoHandler.parse_parameters")
def what_is_asked_of_items_is_read_as_it_is(cloud: LocalCloud) -> None:
    dynamodb = aws(cloud, "dynamodb")
    with table(cloud) as name, _watched(JSONParser, "parse") as parsed:
        dynamodb.put_item(TableName=name, Item={"pk": {"S": "a"}, "several": {"BS": [b"\xfe"]}, **ITEM})
        assert dynamodb.get_item(TableName=name, Key={"pk": {"S": "a"}})["Item"]["b"] == ITEM["b"]
        assert not parsed.called


@needed("moto.dynamodb.responses.DynamoHandler.serialized")
def items_are_answered_as_they_are_kept(cloud: LocalCloud) -> None:
    dynamodb = aws(cloud, "dynamodb")
    with table(cloud) as name, _watched(ResponseSerializer, "serialize") as serialized:
        dynamodb.put_item(TableName=name, Item={"pk": {"S": "a"}, **ITEM})
        answer = dynamodb.batch_get_item(RequestItems={name: {"Keys": [{"pk": {"S": key}} for key in "ab"]}})
        assert answer["Responses"][name] == [{"pk": {"S": "a"}, **ITEM}]
        assert "Item" not in dynamodb.get_item(TableName=name, Key={"pk": {"S": "b"}})
        assert not serialized.called


@needed("moto.dynamodb.responses.dynamo_to_dict")
def a_text_of_an_answer_is_not_asked_what_it_is(cloud: LocalCloud) -> None:
    dynamodb = aws(cloud, "dynamodb")
    with table(cloud) as name, _watched(utilities, "dynamo_to_dict") as asked:
        dynamodb.put_item(TableName=name, Item={"pk": {"S": "a"}, **ITEM})
        assert dynamodb.get_item(TableName=name, Key={"pk": {"S": "a"}})["Item"] == {"pk": {"S": "a"}, **ITEM}
        assert not [call.args[0] for call in asked.call_args_list if type(call.args[0]) is str]


@needed("moto.stepfunctions.parser.asl.parse.asl_parser.AmazonStateLanguageParser.parse")
def a_definition_is_parsed_once_and_executed_by_copies(_cloud: LocalCloud) -> None:
    definition = json.dumps({"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}, "Comment": "once"})
    with _watched(Preprocessor, "visitState_machine") as read:
        first, second = (AmazonStateLanguageParser.parse(definition)[0] for _ in range(2))
    assert read.call_count == 1
    assert first is not second
    assert list(first.states.states) == list(second.states.states) == ["Only"]


@needed("moto.dynamodb.models.table.Table.query", "moto.dynamodb.models.table.Table.all_items")
def a_query_sorts_the_items_of_its_own_key(cloud: LocalCloud) -> None:
    dynamodb = aws(cloud, "dynamodb")
    with parts(cloud) as name:
        for pk, part in (("a", "2"), ("a", "1"), ("b", "1"), ("b", "2"), ("c", "1")):
            dynamodb.put_item(TableName=name, Item={"pk": {"S": pk}, "part": {"S": part}})
        with _watched(DynamoType, "__lt__") as compared:
            answer = dynamodb.query(
                TableName=name, KeyConditionExpression="pk = :a", ExpressionAttributeValues={":a": {"S": "a"}}
            )
        assert [item["part"]["S"] for item in answer["Items"]] == ["1", "2"]
        assert compared.call_count == 1
