from __future__ import annotations

from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest

from serin.domain.features import OnlineValues
from serin.http.openapi import document
from tests.builders import NOON
from tests.definitions import item_key
from tests.unit.http.api import MODEL, Api
from tests.unit.http.test_app import ASKED

PATH = "/get-online-features"
NEVER = "1970-01-01T00:00:00Z"


@pytest.fixture
def api() -> Api:
    made = Api()
    hours = {"north": 1, "south": 9, "west": 2}
    for shop, ago in hours.items():
        length = None if shop == "west" else 4
        made.online.write([OnlineValues(item_key("queue", shop), {"length": length}, NOON - timedelta(hours=ago))])
    return made


def asked(api: Api, **parts: Any) -> Any:
    answer = api.ask("POST", PATH, "features", {**ASKED, **parts})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_answer_has_the_shape_of_feasts_server_keys_first(api: Api) -> None:
    assert asked(api, entities={"shop": ["north", "south", "west", "east", None]}) == {
        "metadata": {"feature_names": ["shop", "length"]},
        "results": [
            {
                "values": ["north", "south", "west", "east", None],
                "statuses": ["PRESENT"] * 5,
                "event_timestamps": [NEVER] * 5,
            },
            {
                "values": [4, None, None, None, None],
                "statuses": ["PRESENT", "OUTSIDE_MAX_AGE", "NULL_VALUE", "NOT_FOUND", "NOT_FOUND"],
                "event_timestamps": [
                    "2013-04-01T11:00:00Z",
                    "2013-04-01T03:00:00Z",
                    "2013-04-01T10:00:00Z",
                    NEVER,
                    NEVER,
                ],
            },
        ],
    }


def test_the_answer_is_what_the_document_says(api: Api) -> None:
    found = document(api.app, {}, (50, 100))
    operation = found["paths"][PATH]["post"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    validator = jsonschema_rs.validator_for({**schema, "components": found["components"]})
    validator.validate(asked(api, entities={"shop": ["north", "south", None]}))
    assert not validator.is_valid({"metadata": {"feature_names": []}, "results": [{"values": [1]}]})


def test_full_names_say_the_view_and_a_qualified_view_is_named_as_it_was_asked_for(api: Api) -> None:
    full = {"full_feature_names": True}
    assert asked(api, **full)["metadata"]["feature_names"] == ["shop", "queue__length"]
    qualified = asked(api, features=[f"{MODEL}.queue:length"], **full)
    assert qualified["metadata"]["feature_names"] == ["shop", f"{MODEL}.queue__length"]
    assert asked(api, features=[f"{MODEL}.queue:length"])["results"] == asked(api)["results"]


def test_what_a_client_of_feast_sends_beside_is_understood(api: Api) -> None:
    assert asked(api, include_feature_view_version_metadata=False) == asked(api)


def test_a_model_is_a_feature_service_of_all_it_uses_of_its_views(api: Api) -> None:
    body = {"entities": ASKED["entities"], "feature_service": MODEL}
    assert api.ask("POST", PATH, "features", body).json() == asked(api)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"entities": None}, "body.entities"),
        ({"entities": ["north"]}, "body.entities"),
        ({"entities": {"shop": "north"}}, "body.entities.shop"),
        ({"features": "queue:length"}, "body.features"),
        ({"features": [1]}, "body.features.0"),
        ({"features": None}, "body"),
        ({"feature_service": MODEL}, "body"),
        ({"full_feature_names": "yes"}, "body.full_feature_names"),
        ({"include_feature_view_version_metadata": True}, "body.include_feature_view_version_metadata"),
        ({"project": "flights"}, "body.project"),
        ({"entities": {}}, "entities"),
        ({"entities": {"shop": []}}, "entities.shop"),
        ({"entities": {"shop": ["north"], "order_id": [1, 2]}}, "entities.order_id"),
        ({"entities": {"order_id": [1]}}, "entities.order_id"),
        ({"entities": {"shop": ["north", 5]}}, "entities.shop[1]"),
        ({"features": []}, "features"),
        ({"features": ["queue:length", "queue"]}, "features[1]"),
        ({"features": ["queue:length", "queue:length"]}, "features"),
        ({"features": None, "feature_service": "cakes"}, "feature_service"),
    ],
)
def test_a_wrong_question_is_refused_by_the_field_that_is_wrong(api: Api, parts: Any, field: str) -> None:
    answer = api.ask("POST", PATH, "features", {**ASKED, **parts})
    error = answer.json()["error"]
    assert (answer.status_code, error["kind"], error["field"]) == (422, "invalid", field)
    assert error["remedy"]


def test_too_many_rows_are_refused_before_anything_is_read(api: Api) -> None:
    api.online.read = None  # type: ignore[method-assign, assignment]
    answer = api.ask("POST", PATH, "features", {**ASKED, "entities": {"shop": ["north"] * 1001}})
    error = answer.json()["error"]
    assert (answer.status_code, error["kind"], error["field"]) == (413, "too_large", "entities")
    assert "1,001 rows; 1,000 are allowed" in error["message"]
