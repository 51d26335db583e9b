from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from serin.domain.buckets import definition
from serin.domain.charter import Charter, DatasetUse, Derivation, View, Window
from tests.builders import a_charter

LAST = View("queue", "shop", "shops", ("length", "open"), "seen_at", "seen_at", timedelta(hours=3))
COUNTED = View(
    "counted", "shop", "shops", (), "seen_at", "known_at", timedelta(hours=3),
    windows=(Window("mean_3h", "length", "mean", timedelta(hours=3)),),
)  # fmt: skip
DERIVED = Derivation("features:shifted", ("zones",), "c1")


def named(view: View, charter: Charter | None = None, derive: Derivation | None = None) -> str:
    charter = charter or a_charter()
    return definition(replace(charter, datasets=(DatasetUse("shops", "s.yaml", derive),)), view)


@pytest.mark.parametrize(
    "change",
    [
        *({"source": "orders"}, {"last": ("length",)}, {"event_time": "known_at"}, {"entity": "order"}),
        {"created_time": "known_at"},
        {"static": True, "event_time": None, "ttl": None, "created_time": None},
    ],
)
def test_other_items_of_last_values_have_another_name(change: dict[str, Any]) -> None:
    charter = replace(a_charter(), datasets=(DatasetUse("shops", "s.yaml"), DatasetUse("orders", "o.yaml")))
    assert definition(charter, LAST) != definition(charter, replace(LAST, **change))


@pytest.mark.parametrize(
    "change", [{"name": "line"}, {"ttl": None}, {"last": ("open", "length")}, {"created_time": None}]
)
def test_what_makes_no_other_last_values_keeps_the_name(change: dict[str, Any]) -> None:
    assert named(LAST) == named(replace(LAST, **change))


@pytest.mark.parametrize("change", [{"ttl": None}, {"created_time": None}, {"event_time": "known_at"}, {"windows": ()}])
def test_other_buckets_have_another_name(change: dict[str, Any]) -> None:
    assert named(COUNTED) != named(replace(COUNTED, **change))


@pytest.mark.parametrize("view", [LAST, COUNTED])
def test_another_derivation_or_the_same_of_other_code_has_another_name(view: View) -> None:
    others = (None, replace(DERIVED, code="c2"), replace(DERIVED, uses=()), replace(DERIVED, call="features:moved"))
    names = [named(view, derive=derive) for derive in (DERIVED, *others)]
    assert len(set(names)) == len(names)
    assert names[0] == named(view, derive=DERIVED)


def test_a_derived_view_belongs_to_its_model_and_any_other_to_all() -> None:
    other = a_charter(model="other")
    assert named(LAST) == named(LAST, other)
    assert named(LAST, derive=DERIVED) != named(LAST, other, DERIVED)
