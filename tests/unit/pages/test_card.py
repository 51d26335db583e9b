from __future__ import annotations

from dataclasses import replace

from serin.domain.card import Card, Missing
from serin.pages.card import card_page
from tests.unit.pages.cards import a_card
from tests.unit.pages.pages import HOSTILE, Page


def test_a_card_shows_each_part_with_its_numbers_and_four_charts() -> None:
    page = Page(card_page(a_card()))
    assert len(page.images()) == 4
    for text in (
        "Call the customer.",
        "pay of drivers",
        "0.72",
        "(0.7 to 0.74)",
        "1234",
        "it knew the answer",
        "0.0275",
    ):
        assert page.shows(text), text


def test_what_is_not_known_is_said_in_its_place_and_among_the_limits() -> None:
    absent = [
        Missing("calibration", "no bins were kept", "Train again."),
        Missing("value", "nobody told it", "Add it."),
        Missing("data", "the set is lost", "Train again."),
    ]
    empty = replace(
        a_card(), slices=(), measured=None, value=None, data=None, in_use=None, releases=(), missing=tuple(absent)
    )
    page = Page(card_page(empty))
    assert page.images() == []
    for one in absent:
        assert [one.why in text for text in page.texts].count(True) == 2, one.part


def test_nothing_that_people_wrote_leaves_its_place() -> None:
    page = Page(card_page(a_card(HOSTILE)))
    assert len(page.images()) == 4
    assert "<script" not in page.text
    assert "{{ 7*7 }}" in page.text


def test_a_value_without_an_interval_is_drawn_as_a_mark() -> None:
    card = a_card()

    bare = tuple(replace(one, estimate=replace(one.estimate, low=None, high=None)) for one in card.slices)
    alone: Card = replace(card, slices=bare[:1])
    assert len(Page(card_page(alone)).images()) == 4
