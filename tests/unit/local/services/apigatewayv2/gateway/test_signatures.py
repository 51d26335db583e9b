"""A route that IAM protects: what the gateway believes of a signature, and what functions are told of who signed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.local.services.apigatewayv2.gateway.request import Request
from infra.local.services.apigatewayv2.gateway.signatures import signer_of
from infra.local.services.apigatewayv2.model import Route, Signer
from serin_cli.signing import signed
from tests.unit.local.services.apigatewayv2.gateway.conftest import Api

NOW = datetime.fromtimestamp(1_700_000_000.123, UTC)
REGION = "eu-central-1"
SECRET, SESSION = "s3cr3t", "the-session"
PATH = "/models/m/predict"
BODY = b'{"instances": []}'
ANA = {"userArn": "arn:aws:iam::123456789012:user/ana", "accessKey": "AKIAANA"}
ROUTE_ARN = "arn:aws:execute-api:eu-central-1:123456789012:abc123/$default/POST/models/m/predict"
REFUSED = (403, {"message": "Forbidden"})


@pytest.fixture
def guarded(api: Api) -> Api:
    """One signed route; ana, a user, and a session of some role may call it."""

    def may(arn: str) -> bool:
        api.asked.append(arn)
        return api.allows

    keys = {
        "AKIAANA": Signer("AKIAANA", SECRET, "", ANA, may),
        "ASIAROLE": Signer("ASIAROLE", SECRET, SESSION, {"userArn": "role"}, may),
    }
    api.routes(Route(f"POST {PATH}", "predict", signed=True), signer=keys.get)
    api.functions["predict"] = lambda event: event["requestContext"]["authorizer"]
    return api


def headers_of(
    api: Api,
    key: str = "AKIAANA",
    secret: str = SECRET,
    token: str | None = None,
    at: datetime = NOW,
    region: str = REGION,
    body: bytes = BODY,
    path: str = PATH,
    **more: str,
) -> dict[str, str]:
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return signed("POST", f"{api.gateway.url}{path}", body, headers, Credentials(key, secret, token), region, at)


def post(api: Api, headers: Any, body: bytes = BODY, path: str = PATH) -> httpx.Response:
    return api.client.post(path, content=body, headers=headers)


def refused(api: Api, headers: Any, body: bytes = BODY, path: str = PATH) -> bool:
    """The gateway's own words, and nobody was invoked."""
    answer = post(api, headers, body, path)
    return (answer.status_code, answer.json()) == REFUSED and api.events == []


def test_who_signs_is_let_in_and_the_function_is_told_who_it_was(guarded: Api) -> None:
    answer = post(guarded, headers_of(guarded))
    assert (answer.status_code, answer.json()) == (200, {"iam": ANA})
    assert guarded.asked == [ROUTE_ARN]


def test_a_sessions_request_carries_its_token(guarded: Api) -> None:
    assert post(guarded, headers_of(guarded, "ASIAROLE", token=SESSION)).json() == {"iam": {"userArn": "role"}}


def test_what_botocore_signs_itself_is_believed(guarded: Api) -> None:
    """With the machine's own time, as a stock client does it."""
    request = AWSRequest("POST", f"{guarded.gateway.url}{PATH}?b=2&a=x%20y&a=", {"X-Amz-Meta": "a   b"}, BODY)
    SigV4Auth(Credentials("AKIAANA", SECRET), "execute-api", REGION).add_auth(request)
    guarded.ms = int(datetime.now(UTC).timestamp() * 1000)
    answer = guarded.client.post(f"{PATH}?b=2&a=x%20y&a=", content=BODY, headers=dict(request.headers.items()))
    assert answer.json() == {"iam": ANA}


def test_who_iam_does_not_allow_is_refused(guarded: Api) -> None:
    guarded.allows = False
    assert refused(guarded, headers_of(guarded))
    assert guarded.asked == [ROUTE_ARN]


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "AKIANOBODY"},
        {"secret": "other"},
        {"secret": ""},
        {"key": "ASIAROLE"},
        {"key": "ASIAROLE", "token": "other"},
        {"token": SESSION},
        {"at": NOW - timedelta(minutes=5, seconds=1)},
        {"at": NOW + timedelta(minutes=5, seconds=1)},
        {"region": "us-east-1"},
        {"body": b'{"instances": [1]}'},
        {"body": b""},
        {"path": "/models/n/predict"},
        {"path": f"{PATH}?x=1"},
    ],
    ids=str,
)
def test_another_key_secret_session_moment_region_body_or_address_is_refused(wrong: Any, guarded: Api) -> None:
    assert refused(guarded, headers_of(guarded, **wrong))
    assert guarded.asked == []


@pytest.mark.parametrize("minutes", [-5, 5])
def test_five_minutes_are_not_too_much(minutes: int, guarded: Api) -> None:
    at = datetime.fromtimestamp(1_700_000_000, UTC) + timedelta(minutes=minutes, seconds=minutes < 0)
    assert post(guarded, headers_of(guarded, at=at)).status_code == 200


Change = Callable[[dict[str, str]], dict[str, str]]
CHANGES: dict[str, Change] = {
    "no signature": lambda headers: {},
    "only the date": lambda headers: {"X-Amz-Date": headers["X-Amz-Date"]},
    "a bearer token": lambda headers: {**headers, "Authorization": "Bearer serin_x"},
    "basic": lambda headers: {**headers, "Authorization": "Basic YTpi"},
    "no date": lambda headers: {name: value for name, value in headers.items() if name != "X-Amz-Date"},
    "a date in words": lambda headers: {**headers, "X-Amz-Date": "yesterday"},
    "a later date": lambda headers: {**headers, "X-Amz-Date": (NOW + timedelta(minutes=1)).strftime("%Y%m%dT%H%M%SZ")},
    "another day": lambda headers: changed(headers, "/20231114/", "/20231113/"),
    "another service": lambda headers: changed(headers, "execute-api", "lambda"),
    "another scheme": lambda headers: changed(headers, "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
    "no signed host": lambda headers: changed(headers, "host;", ""),
    "an unsigned header": lambda headers: {**headers, "X-Amz-Extra": "1"},
    "a changed header": lambda headers: {**headers, "x-thing": "2"},
    "cut short": lambda headers: {**headers, "Authorization": headers["Authorization"][:-1]},
    "a word more": lambda headers: {**headers, "Authorization": headers["Authorization"] + ", x"},
    "an empty signature": lambda headers: changed(headers, headers["Authorization"][-64:], ""),
    "zeros": lambda headers: changed(headers, headers["Authorization"][-64:], "0" * 64),
}


def changed(headers: dict[str, str], old: str, new: str) -> dict[str, str]:
    assert old in headers["Authorization"]
    return {**headers, "Authorization": headers["Authorization"].replace(old, new)}


@pytest.mark.parametrize("name", CHANGES)
def test_a_request_that_was_changed_after_it_was_signed_is_refused(name: str, guarded: Api) -> None:
    headers = headers_of(guarded, x_thing="1")
    assert post(guarded, headers).status_code == 200
    guarded.events.clear()
    assert refused(guarded, CHANGES[name](headers))


def test_another_of_this_machines_names_is_another_host(guarded: Api) -> None:
    host = guarded.gateway.url.removeprefix("http://").replace("127.0.0.1", "localhost")
    assert refused(guarded, {**headers_of(guarded), "Host": host})


def test_a_signature_in_two_headers_is_refused(guarded: Api) -> None:
    headers = headers_of(guarded)
    assert refused(guarded, [*headers.items(), ("Authorization", headers["Authorization"])])


def test_a_digest_that_comes_along_is_held_against_the_body(guarded: Api) -> None:
    """It is what was signed: without this, any other body would pass under the signature."""
    digest = hashlib.sha256(BODY).hexdigest()
    headers = headers_of(guarded, x_amz_content_sha256=digest)
    assert post(guarded, headers).status_code == 200
    guarded.events.clear()
    assert refused(guarded, headers, b'{"instances": [2]}')
    assert refused(guarded, headers_of(guarded, x_amz_content_sha256="UNSIGNED-PAYLOAD"))


def test_a_body_or_query_that_was_changed_is_refused(guarded: Api) -> None:
    headers = headers_of(guarded)
    assert refused(guarded, headers, b'{"instances": [2]}')
    assert refused(guarded, headers, path=f"{PATH}?x=1")


@pytest.mark.parametrize("more", ["#", "#x", "#&x=1"])
def test_what_no_canonical_request_holds_is_refused(more: str, guarded: Api) -> None:
    """A fragment reaches no server of a well-behaved client's, and is cut off before anything is signed."""
    headers = [(name.lower(), value) for name, value in headers_of(guarded, path=f"{PATH}?a=1").items()]
    headers.append(("host", guarded.gateway.url.removeprefix("http://")))
    received = Request("POST", PATH, "a=1", headers, BODY, "127.0.0.1", 80, guarded.ms)
    assert signer_of(received, guarded.table) is not None
    assert signer_of(replace(received, query=f"a=1{more}"), guarded.table) is None
    assert signer_of(replace(received, path=PATH + more), guarded.table) is None


def test_a_decision_is_not_remembered(guarded: Api) -> None:
    headers = headers_of(guarded)
    assert post(guarded, headers).status_code == 200
    guarded.allows = False
    guarded.events.clear()
    assert refused(guarded, headers)


def test_a_secret_is_not_shown_by_accident(guarded: Api) -> None:
    signer = guarded.table.signer("ASIAROLE")
    assert SECRET not in repr(signer)
    assert SESSION not in repr(signer)
