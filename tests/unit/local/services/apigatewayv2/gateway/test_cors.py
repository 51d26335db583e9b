"""Pages of other origins, as the API's CORS settings say."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.services.apigatewayv2.model import Cors, Route
from tests.unit.local.services.apigatewayv2.gateway.conftest import Api

PAGE = "https://page.example"
CORS = Cors((PAGE,), ("GET", "POST"), ("authorization",), ("x-thing",), credentials=True, max_age_s=60)
ASKS = {"Origin": PAGE, "Access-Control-Request-Method": "GET"}


def told(api: Api, method: str, headers: dict[str, str], **settings: Any) -> dict[str, str]:
    """The answer's CORS headers."""
    api.routes(Route("GET /open", "open"), **settings)
    own = {"Access-Control-Allow-Origin": "*", "X-Thing": "1"}
    api.functions["open"] = lambda event: {"statusCode": 200, "headers": own, "body": "{}"}
    answer = api.client.request(method, "/open", headers=headers)
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


def test_without_settings_the_function_decides(api: Api) -> None:
    assert told(api, "GET", {"Origin": PAGE}) == {"access-control-allow-origin": "*"}
    assert told(api, "OPTIONS", ASKS) == {}


def test_a_page_of_an_allowed_origin_is_told_what_it_may(api: Api) -> None:
    may = {
        "access-control-allow-origin": PAGE,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "x-thing",
    }
    assert told(api, "GET", {"Origin": PAGE}, cors=CORS) == may
    more = {"methods": "GET,POST", "headers": "authorization"}
    asked = told(api, "OPTIONS", ASKS, cors=CORS)
    named = {f"access-control-allow-{name}": value for name, value in more.items()}
    assert asked == {**may, **named, "access-control-max-age": "60"}


@pytest.mark.parametrize("origin", ["https://page.example.evil", "http://page.example", "null", "*"])
def test_another_origin_is_told_nothing(api: Api, origin: str) -> None:
    assert told(api, "GET", {"Origin": origin}, cors=CORS) == {}
    assert told(api, "OPTIONS", {**ASKS, "Origin": origin}, cors=CORS) == {}
    assert told(api, "GET", {}, cors=CORS) == {}


@pytest.mark.parametrize(
    ("allowed", "answered"), [("*", "*"), ("https://*", PAGE), ("http://*", None)], ids=["any", "https", "http"]
)
def test_every_origin_or_every_one_of_a_scheme(api: Api, allowed: str, answered: str | None) -> None:
    found = told(api, "GET", {"Origin": PAGE}, cors=Cors((allowed,)))
    assert found.get("access-control-allow-origin") == answered


def test_a_name_that_is_not_this_machines_is_refused_before_anything_is_looked_at(api: Api) -> None:
    api.routes(Route("GET /open", "open"))
    api.functions["open"] = lambda event: "never"
    answer = api.client.get("/open", headers={"Host": "evil.test"})
    assert (answer.status_code, api.events) == (403, [])
    assert "evil.test is not this machine" in answer.json()["message"]
