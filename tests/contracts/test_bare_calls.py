"""What is asked without botocore's serialising is what botocore asks; what goes wrong is left to botocore."""

from __future__ import annotations

import json
import socket
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.httpsession import URLLib3Session

from serin.adapters.bare_calls import BareCalls
from serin.adapters.online import DynamoOnlineFeatures
from serin.domain.features import EntityKey, OnlineValues
from tests.answers import Answer, Answers
from tests.tables import REGION, a_table

PLANE = EntityKey("plane", ("N1",))
KNOWN = OnlineValues(PLANE, {"maker": "Embraër", "year": 1999, "seats": None}, None, 1)
ASKED = {"online": {"Keys": [{"pk": {"S": PLANE.id}}, {"pk": {"S": "nobody"}}]}}
ONCE = Config(retries={"total_max_attempts": 1})
WRONG = [
    Answer({"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message": "Slow down."}, 400),
    Answer({"message": "Internal server error"}, 500),
    Answer({"Responses": {"online": []}, "UnprocessedKeys": {}}, 200, {"x-amz-crc32": "1"}),
    Answer(b"<html>Sign in</html>"),
    Answer(b"[]"),
]
REFUSED = "arn:aws:iam::123456789012:role/predict is not authorized to perform: dynamodb:BatchGetItem"
REFUSED_WRITE = Answer({"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "No."}, 400)
NAMES = ["throttled", "gone wrong", "damaged", "a page", "no object"]


@pytest.fixture
def client(aws: None) -> Any:
    """A client that itself asks once, and a table that knows one plane."""
    client, table = a_table("online", "pk", client=boto3.client("dynamodb", region_name=REGION, config=ONCE))
    DynamoOnlineFeatures(client, table).write([KNOWN])
    return client


def test_the_answer_is_the_one_botocore_reads(client: Any) -> None:
    theirs = client.batch_get_item(RequestItems=ASKED)
    reply = BareCalls(client).ask("BatchGetItem", {"RequestItems": ASKED})
    assert reply is not None
    ours = reply.record
    assert len(ours["Responses"]["online"]) == 1
    assert ours["Responses"] == theirs["Responses"]
    assert ours["UnprocessedKeys"] == theirs["UnprocessedKeys"] == {}


def test_the_request_is_the_one_botocore_sends_but_for_what_it_says_of_its_retries(aws: None) -> None:
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "aws_session_token": "lent"}
    client, _ = a_table("online", "pk", client=boto3.client("dynamodb", region_name=REGION, **keys))
    heard = Answers(client, lambda _: None)
    client.batch_get_item(RequestItems=ASKED)
    BareCalls(client).ask("BatchGetItem", {"RequestItems": ASKED})
    theirs, ours = heard.requests
    assert (ours.method, ours.url, ours.body) == (theirs.method, theirs.url, theirs.body)
    differs = {"amz-sdk-invocation-id", "amz-sdk-request", "Authorization", "X-Amz-Date", "User-Agent"}
    assert _headers(ours, differs) == _headers(theirs, differs)
    sent, names = _headers(ours, set()), "content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
    assert sent["X-Amz-Security-Token"] == "lent"
    assert sent["User-Agent"].startswith("Boto3/")
    assert f"/{REGION}/dynamodb/aws4_request, SignedHeaders={names}, " in sent["Authorization"]


def _headers(request: Any, but: set[str]) -> Mapping[str, str]:
    found = {name: value for name, value in request.headers.items() if name not in but}
    return {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in found.items()}


@pytest.mark.parametrize(
    "answer",
    WRONG,
    ids=NAMES,
)
def test_what_goes_wrong_once_is_asked_again_after_a_pause(client: Any, answer: Answer) -> None:
    answers, pauses = iter([answer]), list[float]()
    heard = Answers(client, lambda _: next(answers, None))
    assert DynamoOnlineFeatures(client, "online", pauses.append).read([PLANE]) == {PLANE: KNOWN}
    assert (len(heard.requests), len(pauses)) == (2, 1)


def test_an_answer_with_the_right_sum_is_taken(client: Any) -> None:
    content = {"Responses": {}, "UnprocessedKeys": {}}
    whole = Answer(content, 200, {"x-amz-crc32": str(zlib.crc32(json.dumps(content).encode()))})
    heard = Answers(client, lambda _: whole)
    assert DynamoOnlineFeatures(client, "online").read([PLANE]) == {}
    assert len(heard.requests) == 1


def test_what_stays_wrong_is_named_by_botocore(client: Any) -> None:
    refused = Answer({"__type": "com.amazon.coral.service#AccessDeniedException", "Message": REFUSED}, 400)
    Answers(client, lambda _: refused)
    with pytest.raises(ClientError, match=r"AccessDeniedException.*BatchGetItem operation.*predict is not authorized"):
        DynamoOnlineFeatures(client, "online", lambda _: None).read([PLANE])


def test_a_table_that_is_not_there_is_named_by_botocore(client: Any) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        DynamoOnlineFeatures(client, "elsewhere", lambda _: None).read([PLANE])


def test_what_is_written_is_asked_once_whether_it_is_newer_or_not(client: Any) -> None:
    heard = Answers(client, lambda _: None, "PutItem")
    online = DynamoOnlineFeatures(client, "online")
    assert [online.write([replace(KNOWN, sequence=sequence)]) for sequence in (3, 2, 3)] == [1, 0, 1]
    assert len(heard.requests) == 3


@pytest.mark.parametrize("answer", WRONG, ids=NAMES)
def test_a_write_that_goes_wrong_is_asked_again(client: Any, answer: Answer) -> None:
    answers = iter([answer])
    heard = Answers(client, lambda _: next(answers, None), "PutItem")
    online = DynamoOnlineFeatures(client, "online")
    assert online.write([replace(KNOWN, sequence=2)]) == 1
    assert len(heard.requests) == 2
    assert online.read([PLANE])[PLANE].sequence == 2


def test_a_write_that_is_refused_is_named_by_botocore(client: Any) -> None:
    Answers(client, lambda _: REFUSED_WRITE, "PutItem")
    with pytest.raises(ClientError, match=r"AccessDeniedException.*PutItem operation"):
        DynamoOnlineFeatures(client, "online").write([KNOWN])


@pytest.fixture
def nowhere() -> Iterator[str]:
    """An address where nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def test_a_dynamodb_that_is_away_is_named_by_botocore(nowhere: str) -> None:
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    away = boto3.client("dynamodb", region_name=REGION, endpoint_url=nowhere, config=ONCE, **keys)
    with pytest.raises(EndpointConnectionError):
        DynamoOnlineFeatures(away, "online", lambda _: None).read([PLANE])


def test_the_clients_connections_are_where_the_calls_look_for_them(client: Any) -> None:
    """`_endpoint.http_session` is botocore's own affair: should it move, this says so."""
    assert isinstance(client._endpoint.http_session, URLLib3Session)
