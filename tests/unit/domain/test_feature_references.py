from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from serin.domain.charter import Charter, DatasetUse, Derivation, Input, View, Window
from serin.domain.errors import Invalid
from serin.domain.feature_references import column_names, features_asked, features_of_model, key_input
from tests.builders import a_charter

QUEUE = a_charter().features.view("queue")
LATELY = View("lately", "shop", "shops", (), "seen_at", "seen_at", timedelta(hours=3), windows=(
    Window("longest", "length", "max", timedelta(hours=3)),
))  # fmt: skip


def a_model(name: str, *views: View, **parts: Any) -> Charter:
    charter = a_charter(model=name, **parts)
    uses = tuple(view.name for view in views)
    return replace(charter, features=replace(charter.features, views=views, model_uses=uses))


def charters(*made: Charter) -> dict[str, Charter]:
    return {charter.model: charter for charter in made}


def test_a_feature_is_named_by_view_and_value() -> None:
    (found,) = features_asked(["lately:longest"], charters(a_model("late-orders", QUEUE, LATELY)))
    assert (found.view, found.value, found.columns) == (LATELY, "longest", ("shop",))
    assert (found.name(full=False), found.name(full=True)) == ("longest", "lately__longest")


def test_a_view_that_is_the_same_in_two_models_needs_no_model() -> None:
    both = charters(a_model("late-orders", LATELY), a_model("returns", LATELY))
    assert features_asked(["lately:longest"], both)[0].view == LATELY


DIFFERENT = {
    "another age": a_model("returns", replace(LATELY, ttl=timedelta(hours=4))),
    "another window": a_model("returns", replace(LATELY, windows=(replace(LATELY.windows[0], do="min"),))),
    "another source": a_model("returns", replace(LATELY, source="orders")),
    "another entity": a_model("returns", replace(LATELY, entity="order")),
    "another key's type": a_model("returns", LATELY, inputs=(Input("shop", "integer"),)),
    "derived by its own code": a_model(
        "returns", LATELY, datasets=(DatasetUse("shops", "contracts/shops.yaml", Derivation("features:more")),)
    ),
    "last values": a_model("returns", replace(QUEUE, name="lately")),
}


@pytest.mark.parametrize("other", DIFFERENT.values(), ids=DIFFERENT)
def test_a_view_that_two_models_define_differently_is_named_with_its_model(other: Charter) -> None:
    both = charters(a_model("late-orders", LATELY), other)
    with pytest.raises(Invalid, match="lately is not the same in late-orders, returns") as refused:
        features_asked(["lately:longest"], both)
    assert "late-orders.lately:<value>" in refused.value.remedy
    (found,) = features_asked(["late-orders.lately:longest"], both)
    assert (found.charter.model, found.name(full=True)) == ("late-orders", "late-orders.lately__longest")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("queue", "no feature's name"),
        ("queue.length", "no feature's name"),
        (":length", "no feature's name"),
        ("queue:", "no feature's name"),
        ("queue:length:x", "no feature's name"),
        ("late.orders.queue:length", "no feature's name"),
        ("\u202equeue", "u202equeue' is no feature's name"),
        ("cakes:length", "no view 'cakes'; there are: queue"),
        ("queue:width", "view queue has no 'width'; it has: length"),
        ("queue@v2:length", "no view 'queue@v2'"),
        ("cakes.queue:length", "no model 'cakes'; deployed: late-orders"),
    ],
)
def test_a_name_that_is_nobodys_is_refused_with_what_there_is(name: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        features_asked(["queue:length", name], charters(a_charter()))
    assert refused.value.field == "features[1]"
    assert refused.value.message.isprintable()


def test_a_model_is_asked_for_what_it_uses_even_where_another_means_something_else() -> None:
    both = charters(a_charter(), a_model("returns", replace(QUEUE, ttl=timedelta(hours=1))))
    assert [(found.charter.model, found.value) for found in features_of_model("returns", both)] == [
        ("returns", "length")
    ]


def test_a_service_that_is_no_model_or_uses_no_view_is_refused() -> None:
    with pytest.raises(Invalid, match="no feature service 'cakes'"):
        features_of_model("cakes", charters(a_charter()))
    without = a_charter(features=replace(a_charter().features, model_uses=("amount",)))
    with pytest.raises(Invalid, match="uses no view"):
        features_of_model("late-orders", charters(without))


def test_two_columns_of_one_name_are_refused_and_full_names_tell_them_apart() -> None:
    twins = a_model("late-orders", QUEUE, replace(QUEUE, name="line"))
    found = features_asked(["queue:length", "line:length"], charters(twins))
    with pytest.raises(Invalid, match="2 columns of the answer would be named length"):
        column_names(found, ["shop"], full=False)
    assert column_names(found, ["shop"], full=True) == ("shop", "queue__length", "line__length")


def test_a_key_has_the_type_of_the_views_asked_for_and_not_a_models_bounds() -> None:
    numbered = replace(LATELY, name="numbered")
    other = a_model("returns", numbered, inputs=(Input("shop", "integer", min=3),))
    both = charters(a_model("late-orders", LATELY), other)
    (asked,) = features_asked(["numbered:longest"], both)
    assert key_input("shop", [asked], both) == Input("shop", "integer", nullable=True)
    mixed = features_asked(["numbered:longest", "lately:longest"], both)
    with pytest.raises(Invalid, match="shop is of type integer to one of these views, of type string to another"):
        key_input("shop", mixed, both)
