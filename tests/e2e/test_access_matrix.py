"""Every deployed route against everybody who may not pass it, and against who may."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import Credentials

from serin.domain.access import ACTIONS, REVOCATION_LAG
from serin.domain.errors import Denied
from serin.domain.people import ROLES
from serin.domain.scopes import WIDER
from serin.services.tokens import PREFIX
from serin_cli.__main__ import main
from serin_cli.client import Client
from serin_cli.connection import load
from serin_cli.walk import MODEL
from tests.e2e.access import PAGES, PREDICTION, ROUTES, SIGNED_MODEL, SIGNED_ROUTE, Door, door, request_of
from tests.e2e.identities import administrator, route_arn, session, signed_now, user
from tests.e2e.local.templates import allow, aws
from tests.e2e.roles import (
    champion,
    holder,
    not_as_the_table_says_of_aws,
    not_as_the_table_says_of_tokens,
    superuser,
)

REFUSED = {401, 403}
# What a right request gets of a cloud where nothing was uploaded, trained or released.
PASSED: Mapping[str, int] = {
    **dict.fromkeys(ROUTES, 200),
    **dict.fromkeys(
        (
            "GET /datasets/{dataset}/profile",
            "GET /models/{model}/versions/{version}/lineage",
            "GET /models/{model}/versions/{version}/card",
            "GET /models/{model}/releases/{release}",
            "GET /predictions/{prediction}",
            "GET /models/{model}/batch/{batch}",
            "POST /models/{model}/approvals/{approval}",
            "POST /models/{model}/releases",
            "POST /models/{model}/releases/{release}/{wish}",
            "POST /models/{model}/watch/{episode}/acknowledge",
            "POST /models/{model}/watch/{episode}/close",
            "POST /models/{model}/versions/{version}/withdraw",
        ),
        404,
    ),
    **dict.fromkeys(("POST /models/{model}/train", "POST /models/{model}/views"), 202),
    # It has no version yet that says which labels there are.
    "POST /models/{model}/feedback": 409,
    "GET /models/{model}/ping": 404,
    f"POST /models/{MODEL}/{{proxy+}}": 503,
    "POST /models/{model}/batch": 503,
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with door(Path(tmp_path_factory.mktemp("door"))) as found:
        yield found


def bearer(secret: str | bytes) -> dict[str, str | bytes]:
    return {"Authorization": b"Bearer " + (secret if isinstance(secret, bytes) else secret.encode())}


@dataclass(frozen=True)
class Wrong:
    """Tokens that open nothing, or something else."""

    good: str
    """With every scope: what is malformed is all that is wrong with it."""
    expired: str
    revoked: str
    others: str
    """With every action, on the other model."""
    but: Mapping[str, str]
    """By action: with every other action that does not mean it too, on all models."""


@pytest.fixture(scope="module")
def wrong(opened: Door) -> Wrong:
    everything = [f"{action}:*" for action in ACTIONS]
    others = [f"{action}:{SIGNED_MODEL}" for action, about_one in ACTIONS.items() if about_one]
    wide = {action: {action, WIDER.get(action)} for action in ACTIONS}
    but = {
        action: opened.token(*(f"{other}:*" for other in ACTIONS if other not in wide[action])) for action in ACTIONS
    }
    expired, revoked = opened.token(*everything, span="10s"), opened.token(*everything)
    opened.revoke(revoked)
    opened.cloud.advance(timedelta(seconds=10))
    return Wrong(opened.token(*everything), expired, revoked, opened.token(*others), but)


Headers = Mapping[str, str | bytes]
TOKEN_CASES: Mapping[str, Callable[[Wrong, str], Headers]] = {
    "no token": lambda wrong, _: {},
    "empty": lambda wrong, _: {"Authorization": ""},
    "only the scheme": lambda wrong, _: {"Authorization": "Bearer"},
    "no scheme": lambda wrong, _: {"Authorization": wrong.good},
    "basic": lambda wrong, _: {"Authorization": b"Basic " + base64.b64encode(f"ana:{wrong.good}".encode())},
    "basic with a secret": lambda wrong, _: {"Authorization": f"Basic {wrong.good}"},
    "10 kB": lambda wrong, _: bearer(wrong.good + "x" * 10_000),
    "a control character": lambda wrong, _: bearer(wrong.good.encode() + b"\x01"),
    "control characters first": lambda wrong, _: bearer(b"\x08\x1b[2J" + wrong.good.encode()),
    "not ASCII": lambda wrong, _: bearer(wrong.good.encode() + b"\xff\xfe"),
    "another prefix": lambda wrong, _: bearer(wrong.good.replace(PREFIX, "other_")),
    "no prefix": lambda wrong, _: bearer(wrong.good.removeprefix(PREFIX)),
    "a sign less": lambda wrong, _: bearer(wrong.good[:-1]),
    "a sign more": lambda wrong, _: bearer(wrong.good + "A"),
    "two tokens": lambda wrong, _: bearer(f"{wrong.good}, Bearer {wrong.good}"),
    "in another header": lambda wrong, _: {"X-Authorization": f"Bearer {wrong.good}"},
    "expired": lambda wrong, _: bearer(wrong.expired),
    "revoked": lambda wrong, _: bearer(wrong.revoked),
    "other model's": lambda wrong, _: bearer(wrong.others),
    "other action's": lambda wrong, action: bearer(wrong.but[action]),
}


def test_every_deployed_route_is_in_the_matrix_and_protected_as_it_says(opened: Door) -> None:
    deployed = opened.deployed()
    assert set(deployed) - {*ROUTES, *PAGES, SIGNED_ROUTE} == set(), "routes without an entry in tests/e2e/access.py"
    assert {*ROUTES, *PAGES, SIGNED_ROUTE} - set(deployed) == set(), "entries in tests/e2e/access.py without a route"
    assert {route for route, kind in deployed.items() if kind == "AWS_IAM"} == {SIGNED_ROUTE}
    assert {kind for route, kind in deployed.items() if route in ROUTES} == {"CUSTOM"}
    assert {route for route, kind in deployed.items() if kind == "NONE"} == set(PAGES)


@pytest.mark.parametrize("route", PAGES)
def test_a_page_is_for_whoever_has_a_session(route: str, opened: Door, wrong: Wrong) -> None:
    """A token in a header opens no page: it is shown in the form, once, and the browser keeps a session for it."""
    for headers in ({}, bearer(wrong.good), {"Cookie": f"__Host-serin={wrong.good}"}):
        answer = opened.asked(route, headers)
        assert answer.status_code in REFUSED, answer.text
        assert "<form" in answer.text
        assert "flight" not in answer.text


@pytest.mark.parametrize("case", TOKEN_CASES)
@pytest.mark.parametrize("route", ROUTES)
def test_a_wrong_token_is_refused(route: str, case: str, opened: Door, wrong: Wrong) -> None:
    answer = opened.asked(route, TOKEN_CASES[case](wrong, ROUTES[route].action))
    assert answer.status_code in REFUSED, answer.text


@pytest.mark.parametrize("route", ROUTES)
def test_an_administrators_signature_is_no_token(route: str, opened: Door) -> None:
    method, path, body = request_of(route)
    headers = signed_now(opened.cloud, administrator(opened.cloud), path, body, method)
    assert opened.asked(route, headers).status_code in REFUSED


@pytest.mark.parametrize("route", ROUTES)
def test_a_token_of_the_narrowest_scope_passes(route: str, opened: Door) -> None:
    answer = opened.asked(route, bearer(opened.token(ROUTES[route].scope)))
    assert answer.status_code == PASSED[route], answer.text
    assert set(answer.json()) != {"message"}, "the gateway answered, and no function"


def test_a_revoked_token_passes_while_the_gateway_remembers_it_and_on_no_route_afterwards(opened: Door) -> None:
    secret = opened.token(*(f"{action}:*" for action in ACTIONS))
    assert opened.asked("GET /models", bearer(secret)).status_code == 200
    opened.revoke(secret)
    assert {route: opened.asked(route, bearer(secret)).status_code for route in ROUTES} == PASSED
    opened.cloud.advance(REVOCATION_LAG)
    assert {opened.asked(route, bearer(secret)).status_code for route in ROUTES} <= REFUSED


def test_a_token_that_ends_while_the_gateway_remembers_it_ends_within_the_same_time(opened: Door) -> None:
    secret = opened.token("read", span="10s")
    assert opened.asked("GET /models", bearer(secret)).status_code == 200
    opened.cloud.advance(REVOCATION_LAG)
    assert opened.asked("GET /models", bearer(secret)).status_code in REFUSED


class Signers:
    """Keys of the account, each with a policy of its own; `caller` may call the signed route and nothing else."""

    def __init__(self, opened: Door) -> None:
        cloud = opened.cloud
        route = route_arn(cloud, f"POST /models/{SIGNED_MODEL}/predict")
        may = allow("execute-api:Invoke", on=route)
        self.role = session(cloud, "caller", may)
        self.user = user(cloud, "caller", may)
        self.deleted, self.inactive = user(cloud, "deleted", may), user(cloud, "inactive", may)
        iam = aws(cloud, "iam")
        iam.delete_access_key(UserName="deleted", AccessKeyId=self.deleted.access_key)
        iam.update_access_key(UserName="inactive", AccessKeyId=self.inactive.access_key, Status="Inactive")
        others = [route_arn(cloud, f"POST /models/{name}/predict") for name in (MODEL, f"{SIGNED_MODEL}-2")]
        self.other_model = session(cloud, "other-model", allow("execute-api:Invoke", on=others))
        beside = [route_arn(cloud, f"GET /models/{SIGNED_MODEL}/predict"), route_arn(cloud, "POST /models")]
        self.other_route = session(cloud, "other-route", allow("execute-api:Invoke", on=beside))
        actions = ("execute-api:ManageConnections", "execute-api:InvalidateCache", "lambda:InvokeFunction")
        self.other_action = session(cloud, "other-action", allow(*actions, on="*"))
        self.denied = session(cloud, "denied", allow("*", on="*"), {**may, "Effect": "Deny"})


@pytest.fixture(scope="module")
def signers(opened: Door) -> Signers:
    return Signers(opened)


def signed_by(opened: Door, credentials: Credentials, **changed: Any) -> dict[str, str]:
    method, path, body = request_of(SIGNED_ROUTE)
    given = {"path": path, "body": body, "method": method, **changed}
    return signed_now(opened.cloud, credentials, **given)


def replaced(headers: Mapping[str, str], old: str, new: str) -> dict[str, str]:
    assert old in headers["Authorization"]
    return {**headers, "Authorization": headers["Authorization"].replace(old, new)}


def expired(opened: Door, signers: Signers) -> dict[str, str]:
    headers = signed_by(opened, signers.role)
    opened.cloud.advance(timedelta(minutes=5, seconds=1))
    return headers


def secretless(credentials: Credentials, secret: str) -> Credentials:
    return Credentials(credentials.access_key, secret, credentials.token)


SIGNATURE_CASES: Mapping[str, Callable[[Door, Signers], Headers]] = {
    "no signature": lambda opened, _: {},
    "empty": lambda opened, _: {"Authorization": ""},
    "a token with every scope": lambda opened, _: bearer(opened.token(*(f"{action}:*" for action in ACTIONS))),
    "basic": lambda opened, signers: {"Authorization": f"Basic {signers.user.access_key}:{signers.user.secret_key}"},
    "only the scheme": lambda opened, _: {"Authorization": "AWS4-HMAC-SHA256"},
    "10 kB": lambda opened, signers: replaced(
        signed_by(opened, signers.role), "Signature=", "Signature=" + "0" * 10_000
    ),
    "a control character": lambda opened, signers: replaced(
        signed_by(opened, signers.role), "Signature=", "Signature=\x01"
    ),
    "another algorithm": lambda opened, signers: replaced(signed_by(opened, signers.role), "SHA256", "SHA1"),
    "another region": lambda opened, signers: replaced(signed_by(opened, signers.role), "us-east-1", "eu-west-1"),
    "another service": lambda opened, signers: replaced(signed_by(opened, signers.role), "execute-api", "s3"),
    "of another body": lambda opened, signers: signed_by(opened, signers.role, body=b"{}"),
    "of another method": lambda opened, signers: signed_by(opened, signers.role, method="GET"),
    "of another path": lambda opened, signers: signed_by(opened, signers.role, path=f"/models/{MODEL}/predict"),
    "expired": expired,
    "a guessed secret": lambda opened, signers: signed_by(opened, secretless(signers.role, "guess")),
    "another's secret": lambda opened, signers: signed_by(opened, secretless(signers.role, signers.user.secret_key)),
    "an unknown key": lambda opened, _: signed_by(opened, Credentials("AKIANOBODY", "secret")),
    "a deleted key": lambda opened, signers: signed_by(opened, signers.deleted),
    "an inactive key": lambda opened, signers: signed_by(opened, signers.inactive),
    "a session without its token": lambda opened, signers: signed_by(
        opened, Credentials(signers.role.access_key, signers.role.secret_key)
    ),
    "a session with another's token": lambda opened, signers: signed_by(
        opened, Credentials(signers.role.access_key, signers.role.secret_key, signers.other_model.token)
    ),
    "other models' routes": lambda opened, signers: signed_by(opened, signers.other_model),
    "other routes": lambda opened, signers: signed_by(opened, signers.other_route),
    "other actions": lambda opened, signers: signed_by(opened, signers.other_action),
    "denied": lambda opened, signers: signed_by(opened, signers.denied),
}


@pytest.mark.parametrize("case", SIGNATURE_CASES)
def test_a_wrong_signature_is_refused(case: str, opened: Door, signers: Signers) -> None:
    answer = opened.asked(SIGNED_ROUTE, SIGNATURE_CASES[case](opened, signers))
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


@pytest.mark.parametrize("who", ["role", "user"])
def test_who_may_invoke_the_route_passes_with_a_signature(who: str, opened: Door, signers: Signers) -> None:
    answer = opened.asked(SIGNED_ROUTE, signed_by(opened, getattr(signers, who)))
    assert (answer.status_code, answer.json()["error"]["kind"]) == (503, "not_released")


@pytest.mark.parametrize(
    ("model", "found"),
    [(SIGNED_MODEL, "not_released: No model released yet."), (MODEL, "denied: The API does not know this token")],
)
def test_the_command_signs_where_the_charter_wants_it_and_sends_its_token_elsewhere(
    model: str, found: str, opened: Door, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert opened, "the checkout is connected with a token that opens nothing"
    Path("request.json").write_text(json.dumps(PREDICTION))
    monkeypatch.setattr(sys, "argv", ["serin", "predict", model, "request.json"])
    assert main() == 1
    assert found in capsys.readouterr().err


def test_credentials_that_may_not_call_are_told_what_they_need(opened: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serin_cli.signing.credentials_at_hand", lambda _: Credentials("AKIANOBODY", "secret"))
    client = Client(load())
    with pytest.raises(Denied, match="AWS credentials") as refused:
        client.predict(SIGNED_MODEL, PREDICTION["instances"], "sigv4")
    assert "execute-api:Invoke" in refused.value.remedy
    client.close()


def test_a_route_nobody_listed_would_be_found(opened: Door) -> None:
    api = aws(opened.cloud, "apigatewayv2")
    (found,) = api.get_apis()["Items"]
    made = api.create_route(ApiId=found["ApiId"], RouteKey="GET /secrets", Target="integrations/none")
    try:
        with pytest.raises(AssertionError, match="GET /secrets"):
            test_every_deployed_route_is_in_the_matrix_and_protected_as_it_says(opened)
    finally:
        api.delete_route(ApiId=found["ApiId"], RouteId=made["RouteId"])


def test_a_role_may_over_the_api_what_the_table_says_and_nothing_else(opened: Door) -> None:
    tokens = {role: opened.token_of(role) for role in ROLES}
    everything = opened.token(*(f"{action}:*" for action in ACTIONS))
    with champion(opened):
        assert not_as_the_table_says_of_tokens(opened, tokens) == []
        assert not_as_the_table_says_of_tokens(opened, {"data_engineer": everything}) != []


def test_a_role_may_in_aws_what_the_table_says_and_nothing_else(opened: Door) -> None:
    keys = {role: holder(opened, role) for role in ROLES}
    assert not_as_the_table_says_of_aws(opened, keys) == []
    found = not_as_the_table_says_of_aws(opened, {"data_engineer": holder(opened, "data_engineer", superuser())})
    assert "data_engineer may make tokens" in found
