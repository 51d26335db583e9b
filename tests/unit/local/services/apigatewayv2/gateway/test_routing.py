"""Which route wins."""

from __future__ import annotations

import pytest

from infra.local.services.apigatewayv2.gateway.routing import match
from infra.local.services.apigatewayv2.model import Route, RouteTable


def table(*keys: str) -> RouteTable:
    return RouteTable("123456789012", "abc123", "eu-central-1", tuple(Route(key, f"arn:{key}") for key in keys))


PETS = table(
    "$default", "ANY /{proxy+}", "GET /pets/{proxy+}", "GET /pets/dog/{id}", "GET /pets/dog/1", "ANY /pets/dog/1"
)


@pytest.mark.parametrize(
    ("method", "path", "key"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1"),
        ("POST", "/pets/dog/1", "ANY /pets/dog/1"),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}"),
        ("POST", "/pets/cat/1", "ANY /{proxy+}"),
        ("GET", "/", "$default"),
    ],
)
def test_the_most_specific_route_wins(method: str, path: str, key: str) -> None:
    found = match(PETS, method, path)
    assert found is not None
    assert found.route.key == key


def test_variables_are_decoded_after_they_are_matched() -> None:
    found = match(table("GET /models/{model}/{proxy+}"), "GET", "/models/a%2Fb/x/y%20z")
    assert found is not None
    assert found.path_parameters == {"model": "a/b", "proxy": "x/y z"}


@pytest.mark.parametrize("path", ["/models", "/models/", "/models/a/b", "/other"])
def test_a_path_of_another_shape_has_no_route(path: str) -> None:
    assert match(table("GET /models/{model}"), "GET", path) is None


def test_a_literal_is_taken_literally() -> None:
    assert match(table("GET /a.b"), "GET", "/axb") is None


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/models/m/feedback", "POST /models/{model}/feedback"),
        ("/models/m/predict", "POST /models/m/{proxy+}"),
        ("/models/m/v2/models/m/infer", "POST /models/m/{proxy+}"),
        ("/models/n/v2/models/n/infer", "POST /models/{model}/{proxy+}"),
    ],
)
def test_a_route_that_names_all_of_a_path_wins_over_a_greedy_one_that_begins_with_more_of_it(
    path: str, key: str
) -> None:
    keys = ("POST /models/m/{proxy+}", "POST /models/{model}/{proxy+}", "POST /models/{model}/feedback")
    found = match(table(*keys), "POST", path)
    assert found is not None
    assert found.route.key == key
