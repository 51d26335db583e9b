"""What is asked without botocore's serialising is what botocore asks; what goes wrong is left to botocore."""

from __future__ import annotations

import json
import socket
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, EndpointConnectionError

from serin.adapters.bare_calls import bare_calls
from serin.adapters.online import DynamoOnlineFeatures
from serin.adapters.signature import Keys, signed
from serin.domain.features import EntityKey, OnlineValues
from tests.answers import Answer, Answers, calls_through, online_of
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


class Closing:
    """A DynamoDB that knows nothing, and closes each connection without a word after three answers."""

    def __init__(self) -> None:
        self.connections, self.signed = 0, list[tuple[str, str]]()
        closing = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                closing.connections, self.answered = closing.connections + 1, 0

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                closing.signed.append((self.headers["X-Amz-Date"][:8], self.headers["Authorization"]))
                content = b'{"Responses": {}}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                self.answered += 1
                self.close_connection = self.answered == 3

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Closing:
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def client(aws: None) -> Any:
    """A client that itself asks once, and a table that knows one plane."""
    client, table = a_table("online", "pk", client=boto3.client("dynamodb", region_name=REGION, config=ONCE))
    online_of(client, table).write([KNOWN])
    return client


def test_the_answer_is_the_one_botocore_reads(client: Any) -> None:
    theirs = client.batch_get_item(RequestItems=ASKED)
    reply = calls_through(client).ask("BatchGetItem", {"RequestItems": ASKED})
    assert reply is not None
    ours = reply.record
    assert len(ours["Responses"]["online"]) == 1
    assert ours["Responses"] == theirs["Responses"]
    assert ours["UnprocessedKeys"] == theirs["UnprocessedKeys"] == {}


@pytest.mark.parametrize("token", [None, "lent"])
def test_a_request_is_signed_as_botocore_signs_it(token: str | None) -> None:
    """The same headers, the same names among the signed ones, the same signature to the last letter."""
    headers = {"Content-Type": "application/x-amz-json-1.0", "Host": "dynamodb.eu-west-1.amazonaws.com"}
    headers |= {"X-Amz-Target": "DynamoDB_20120810.BatchGetItem"}
    body, seconds = json.dumps({"RequestItems": ASKED}).encode(), 1_790_000_000
    ours = signed(headers, body, Keys("testing", "secret", token, "eu-west-1", "dynamodb"), seconds)
    request = AWSRequest("POST", f"https://{headers['Host']}/", headers, body)
    moment = datetime.fromtimestamp(seconds, UTC)
    with patch("botocore.auth.get_current_datetime", lambda: moment):
        SigV4Auth(Credentials("testing", "secret", token), "dynamodb", "eu-west-1").add_auth(request)
    assert ours == dict(request.headers.items())


def test_a_connection_is_kept_and_made_again_where_the_other_end_has_closed_it() -> None:
    with Closing() as server:
        keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": REGION}
        calls, later = (bare_calls({**keys, "AWS_ENDPOINT_URL": server.address}) for _ in range(2))
        assert calls is not None
        assert later is not None
        replies = [calls.ask("BatchGetItem", {"RequestItems": ASKED}) for _ in range(4)]
        assert [reply and reply.record for reply in replies] == [{"Responses": {}}] * 4
        assert (server.connections, len(server.signed)) == (2, 4)
        assert all(f"Credential=testing/{day}/{REGION}/dynamodb/" in said for day, said in server.signed)
    assert later.ask("BatchGetItem", {"RequestItems": ASKED}) is None, "nobody listens any more"


@pytest.mark.parametrize(
    "more", [{"AWS_SECRET_ACCESS_KEY": ""}, {"HTTPS_PROXY": "http://127.0.0.1:1"}, {"AWS_DEFAULT_REGION": "cn-north-1"}]
)
def test_what_only_botocore_knows_of_is_left_to_it(more: Mapping[str, str]) -> None:
    known = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
    assert bare_calls(known) is not None
    assert bare_calls({**known, **more}) is None


@pytest.mark.parametrize(
    "answer",
    WRONG,
    ids=NAMES,
)
def test_what_goes_wrong_once_is_asked_again_after_a_pause(client: Any, answer: Answer) -> None:
    answers, pauses = iter([answer]), list[float]()
    heard = Answers(client, lambda _: next(answers, None))
    assert online_of(client, "online", pauses.append).read([PLANE]) == {PLANE: KNOWN}
    assert (len(heard.requests), len(pauses)) == (2, 1)


def test_an_answer_with_the_right_sum_is_taken(client: Any) -> None:
    content = {"Responses": {}, "UnprocessedKeys": {}}
    whole = Answer(content, 200, {"x-amz-crc32": str(zlib.crc32(json.dumps(content).encode()))})
    heard = Answers(client, lambda _: whole)
    assert online_of(client, "online").read([PLANE]) == {}
    assert len(heard.requests) == 1


def test_what_stays_wrong_is_named_by_botocore(client: Any) -> None:
    refused = Answer({"__type": "com.amazon.coral.service#AccessDeniedException", "Message": REFUSED}, 400)
    Answers(client, lambda _: refused)
    with pytest.raises(ClientError, match=r"AccessDeniedException.*BatchGetItem operation.*predict is not authorized"):
        online_of(client, "online", lambda _: None).read([PLANE])


def test_a_table_that_is_not_there_is_named_by_botocore(client: Any) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        online_of(client, "elsewhere", lambda _: None).read([PLANE])


def test_what_is_written_is_asked_once_whether_it_is_newer_or_not(client: Any) -> None:
    heard = Answers(client, lambda _: None, "PutItem")
    online = online_of(client, "online")
    assert [online.write([replace(KNOWN, sequence=sequence)]) for sequence in (3, 2, 3)] == [1, 0, 1]
    assert len(heard.requests) == 3


@pytest.mark.parametrize("answer", WRONG, ids=NAMES)
def test_a_write_that_goes_wrong_is_asked_again(client: Any, answer: Answer) -> None:
    answers = iter([answer])
    heard = Answers(client, lambda _: next(answers, None), "PutItem")
    online = online_of(client, "online")
    assert online.write([replace(KNOWN, sequence=2)]) == 1
    assert len(heard.requests) == 2
    assert online.read([PLANE])[PLANE].sequence == 2


def test_a_write_that_is_refused_is_named_by_botocore(client: Any) -> None:
    Answers(client, lambda _: REFUSED_WRITE, "PutItem")
    with pytest.raises(ClientError, match=r"AccessDeniedException.*PutItem operation"):
        online_of(client, "online").write([KNOWN])


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
        DynamoOnlineFeatures(lambda: away, "online", sleep=lambda _: None).read([PLANE])
