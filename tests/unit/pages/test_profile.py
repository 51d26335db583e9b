from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from serin.data.looks.profiles import About, profile_of
from serin.domain.attention import ordered
from serin.domain.contracts import Column
from serin.domain.profiles import Profile, ShownProfile
from serin.pages.profile import profile_page
from tests.builders import a_contract, a_profile_made
from tests.real_flights import flight_delay, january
from tests.unit.pages.pages import HOSTILE, Page

CONTRACT = flight_delay().contracts["flights"]


def flights() -> Profile:
    frame = january()["flights"].with_columns(late=pl.col("arr_delay") >= 15)
    columns = {column.name: column for column in CONTRACT.columns}
    afterwards = {column.name for column in CONTRACT.columns if column.known == "afterwards"}
    return profile_of(frame, About("flights", frame.height, columns, "late", "binary", afterwards))


@pytest.mark.slow
def test_the_page_of_flights_shows_every_column_with_its_description_rules_and_numbers() -> None:
    found = flights()
    page = Page(profile_page(found, ShownProfile(a_profile_made(), found.of_rows + 7, found), CONTRACT))
    for column in found.columns:
        assert page.shows(column.name)
    assert len(page.ids) == len(found.columns)
    for text in (
        "26,993 rows were looked at, of 26,993 there are; 20 columns.",
        "7 more rows have been accepted since",
        "Minutes. The label comes from here; without it the flight has none.",
        "flights.origin.one_of",
        "one of EWR, JFK, LGA",
        "606 (2.25 %)",
        "4,637 (17.18 %)",
        "0.585; 0.5 is not at all, 0 or 1 is perfectly",
        "Cramér's V",
        "known only after the question was asked",
    ):
        assert page.shows(text), text


def test_first_comes_the_label_then_what_needs_attention_last_what_is_known_afterwards() -> None:
    size = 200
    frame = pl.DataFrame(
        {
            "weak": [number % 7 for number in range(size)],
            "later": [number % 2 for number in range(size)],
            "same": [1] * size,
            "empty": pl.Series([None] * size, dtype=pl.String),
            "echo": [str(number % 2) for number in range(size)],
            "late": [number % 2 == 0 for number in range(size)],
        }
    )
    found = profile_of(frame, About("orders", size, label="late", task="binary", afterwards={"later"}))
    assert [column.name for column in ordered(found)] == ["late", "echo", "empty", "same", "weak", "later"]
    page = Page(profile_page(found))
    assert page.shows("it all but is the label")


def test_a_file_before_its_upload_has_a_page_without_model_and_contract() -> None:
    found = profile_of(pl.DataFrame({"a": [1.5, 2.5, None]}), About("a.csv", 3, notes=("The first 3 rows.",)))
    page = Page(profile_page(found))
    assert page.shows("There is no label in this dataset")
    assert page.shows("The first 3 rows.")
    assert not page.shows("As the model")


def test_a_confidential_column_says_why_it_shows_nothing() -> None:
    frame = pl.DataFrame({"mail": ["ana@x.org", "sam@x.org"]})
    columns = {"mail": Column("mail", "string", classification="confidential")}
    page = Page(profile_page(profile_of(frame, About("people", 2, columns))))
    assert page.shows("The contract calls it confidential, so no value is shown.")
    assert "@x" not in page.text


def test_hostile_names_values_descriptions_and_rules_stay_text() -> None:
    frame = pl.DataFrame({HOSTILE: [HOSTILE, "b"] * 10, "plain": [HOSTILE] * 20})
    columns = {HOSTILE: Column(HOSTILE, "string", description=HOSTILE), "plain": Column("plain", "string")}
    contract = a_contract(columns=tuple(columns.values()), rules=(), primary_key=())
    found = replace(profile_of(frame, About(HOSTILE, 20, columns, notes=(HOSTILE,))), label=HOSTILE, task="binary")
    page = Page(profile_page(found, None, contract))
    assert "<script" not in page.text
    assert page.shows("<script>alert(1)</script>")


def test_an_empty_table_and_one_of_odd_types_have_a_page() -> None:
    odd = pl.DataFrame({"list": [[1]], "raw": [b"x"], "nothing": [None]})
    for frame in (pl.DataFrame({"a": [1]}).clear(), odd, pl.DataFrame()):
        assert Page(profile_page(profile_of(frame, About("odd", frame.height)))).shows("Profile of odd")
