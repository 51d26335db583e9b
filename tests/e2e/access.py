"""The whole template on a cloud with two models, and for each of its routes a right request and who may make it.

`flight-delay` asks for tokens; a copy of it wants signed requests.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.app import synthesise
from infra.local.cloud import LocalCloud
from infra.local.deploy.assembly import read as read_assembly
from infra.settings import read_settings
from serin.domain.access import ACTIONS, token_hash
from serin_cli.command_line.app import result_of
from serin_cli.connection import save
from serin_cli.walk import CLOCK, MODEL
from tests.e2e.connections import connection_to
from tests.e2e.local.templates import aws
from tests.e2e.tools import ROOT, copy_of_checkout
from tests.unit.http.browsing import Html

SIGNED_MODEL = f"{MODEL}-signed"
PLACES = {
    "model": MODEL,
    "version": "1",
    "dataset": "flights",
    "release": "rel1",
    "wish": "hold",
    "episode": "distance",
    "approval": "0123456789abcdef",
    "prediction": f"{0:012x}70008{0:015x}",
    "batch": f"{0:032x}",
    "proxy": "predict",
    "path": "health/live",
}
"""What stands for the variables of a path."""

FLIGHT = {
    "time_hour": "2013-04-01T10:00:00Z",
    "sched_dep_utc": "2013-04-01T10:30:00Z",
    "carrier": "UA",
    "flight": 1714,
    "origin": "LGA",
    "dest": "IAH",
    "tailnum": "N24211",
    "distance": 1416,
}
PREDICTION = {"instances": [FLIGHT]}
WEATHER = {"entities": {"origin": ["LGA"]}, "features": ["weather_now:temp"]}


@dataclass(frozen=True)
class Right:
    """A right request: the action its caller needs a scope for, and what it sends."""

    action: str
    query: str = ""
    body: Mapping[str, Any] | None = None

    @property
    def scope(self) -> str:
        """The narrowest scope that opens it."""
        return f"{self.action}:{MODEL}" if ACTIONS[self.action] else self.action


SIGNED_ROUTE = f"POST /models/{SIGNED_MODEL}/{{proxy+}}"
PAGES = ("GET /", "GET /console/{proxy+}", "POST /console/{proxy+}")
"""Routes that the gateway lets everybody through to: the function asks for a session."""
ROUTES: Mapping[str, Right] = {
    "GET /openapi.json": Right("read"),
    "GET /uploads": Right("read", "dataset=flights"),
    "GET /datasets": Right("read"),
    "GET /datasets/{dataset}": Right("read"),
    "GET /sources": Right("read"),
    "GET /datasets/{dataset}/profile": Right("read"),
    "GET /runs": Right("read", f"model={MODEL}"),
    "GET /runs/compare": Right("read", f"model={MODEL}"),
    "GET /models": Right("read"),
    "GET /models/{model}/versions": Right("read"),
    "GET /models/{model}/versions/{version}/lineage": Right("read"),
    "GET /models/{model}/versions/{version}/card": Right("read"),
    "GET /models/{model}/releases": Right("read"),
    "GET /models/{model}/releases/{release}": Right("read"),
    "GET /models/{model}/views": Right("read"),
    "GET /models/{model}/plan": Right("read"),
    "GET /models/{model}/maturity": Right("read"),
    "GET /models/{model}/watch": Right("read"),
    "GET /models/{model}/health": Right("read"),
    "GET /models/{model}/cost": Right("read"),
    "GET /models/{model}/ping": Right("predict"),
    "GET /models/{model}/v2": Right("predict"),
    "GET /models/{model}/v2/{path+}": Right("predict"),
    "GET /predictions/{prediction}": Right("read"),
    "GET /audit": Right("read"),
    "GET /approvals": Right("read", f"model={MODEL}"),
    "POST /models/{model}/approvals/{approval}": Right("approve", body={"answer": "approve"}),
    "POST /models/{model}/train": Right("train"),
    "POST /models/{model}/releases": Right("release", body={"action": "start"}),
    "POST /models/{model}/releases/{release}/{wish}": Right("stop"),
    "POST /models/{model}/versions/{version}/withdraw": Right("stop", body={"why": "it knows the answer"}),
    "POST /models/{model}/watch/{episode}/acknowledge": Right("train"),
    "POST /models/{model}/watch/{episode}/close": Right("train"),
    "POST /models/{model}/feedback": Right("feedback", body={"instances": [{"prediction_id": "p", "rating": 5}]}),
    "POST /models/{model}/batch": Right("predict", body={"file": "flights.csv"}),
    "GET /models/{model}/batch/{batch}": Right("predict"),
    "POST /get-online-features": Right("features", body=WEATHER),
    "POST /models/{model}/views": Right("train", body={}),
    f"POST /models/{MODEL}/{{proxy+}}": Right("predict", body=PREDICTION),
}
"""Every route that asks for a token; the signed one has cases of its own."""


class Door:
    """The API of a cloud that runs, and this checkout connected to it."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self._http = httpx.Client(base_url=cloud.api_url, trust_env=False, timeout=35)

    def deployed(self) -> dict[str, str]:
        """Every route that is deployed, and how it is protected."""
        api = aws(self.cloud, "apigatewayv2")
        (found,) = api.get_apis()["Items"]
        routes = api.get_routes(ApiId=found["ApiId"])["Items"]
        return {route["RouteKey"]: route["AuthorizationType"] for route in routes}

    def asked(self, route: str, headers: Mapping[str, str | bytes]) -> httpx.Response:
        """The answer to a right request of a route with these headers."""
        method, path, body = request_of(route)
        sent = httpx.Headers({"content-type": "application/json"})
        sent.update(
            [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in headers.items()]
        )
        return self._http.request(method, path, content=body, headers=sent)

    def token(self, *scopes: str, span: str = "30d") -> str:
        """The secret of a new token, made by the command."""
        named = [word for scope in scopes for word in ("--scope", scope)]
        made = result_of("token", "create", "--owner", "ana", *named, "--for", span)
        return str(made["token"])

    def token_of(self, role: str) -> str:
        """The secret of a new token of a role for the model, made by the command."""
        words = ["--owner", role, "--role", role, "--model", MODEL, "--for", "30d"]
        return str(result_of("token", "create", *words)["token"])

    def lets_in(self, secret: str, method: str, path: str, body: Any = None) -> bool:
        """Whether a token opens a route, or a form of the console: whatever is answered then."""
        if path.startswith("/console/"):
            return self._form_lets_in(secret, path, body)
        answer = self._http.request(method, path, json=body, headers={"authorization": f"Bearer {secret}"})
        return answer.status_code not in (401, 403)

    def _form_lets_in(self, secret: str, path: str, fields: Mapping[str, str]) -> bool:
        signed = self._http.post("/console/sign-in", data={"token": secret, "then": "/"})
        if signed.status_code == 401:
            return False
        headers = {"cookie": signed.headers["set-cookie"].partition(";")[0]}
        proof = Html(self._http.get("/", headers=headers).text).forms[0].fields["proof"]
        answer = self._http.post(path, data={**fields, "proof": proof}, headers=headers)
        return answer.status_code not in (401, 403)

    def revoke(self, secret: str) -> None:
        """Take a token back, by the command."""
        result_of("token", "revoke", token_hash(secret)[:12])

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()


def request_of(route: str) -> tuple[str, str, bytes]:
    """Method, path with its query, and body."""
    method, _, path = route.partition(" ")
    right = ROUTES.get(route, Right("predict", body=PREDICTION))
    filled = re.sub(r"\{(\w+)\+?\}", lambda found: PLACES[found[1]], path)
    body = b"" if right.body is None else json.dumps(right.body).encode()
    return method, f"{filled}?{right.query}" if right.query else filled, body


@contextmanager
def door(folder: Path) -> Iterator[Door]:
    """The house with a second model, deployed from a copy of this checkout in `folder`, where commands run."""
    working_copy = copy_of_checkout(folder / "copy")
    _add_signed_model(working_copy / "models")
    assembly = synthesise(read_settings(ROOT / "cdk.json"), "local", folder / "assembly", working_copy)
    with LocalCloud.start(read_assembly(assembly), clock=CLOCK) as cloud, pytest.MonkeyPatch.context() as patch:
        patch.chdir(working_copy)
        save(connection_to(cloud, token="none"))
        opened = Door(cloud)
        try:
            yield opened
        finally:
            opened.close()


def _add_signed_model(models: Path) -> None:
    shutil.copytree(models / MODEL, models / SIGNED_MODEL)
    charter = models / SIGNED_MODEL / "model.yaml"
    text = charter.read_text()
    for old, new in ((f"model: {MODEL} ", f"model: {SIGNED_MODEL} "), ("access: token ", "access: sigv4 ")):
        assert old in text
        text = text.replace(old, new, 1)
    charter.write_text(text)
