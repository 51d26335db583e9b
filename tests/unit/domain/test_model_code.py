from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
import pytest

from serin.domain.errors import Invalid
from serin.domain.model_code import MAXIMUM_TEXT, feature_value, raised

NOON = datetime(2013, 4, 1, 12, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        *((plain, plain) for plain in (None, True, 0, -(2**63), 1.5, "", "für", NOON)),
        *((np.int64(7), 7), (np.uint8(7), 7), (np.bool_(True), True), (np.float32(0.1), float(np.float32(0.1)))),
        *((np.float64(2.5), 2.5), (np.longdouble(2.5), 2.5), (np.str_("red"), "red"), (np.array(3), 3)),
        *((math.nan, None), (np.float32("nan"), None), (pd.NaT, None), (pd.NA, None), (Colour.RED, "red")),
        (pd.Timestamp("2013-04-01T14:00", tz="Europe/Berlin"), NOON),
        (datetime(2013, 4, 1, 14, tzinfo=timezone(timedelta(hours=2))), NOON),
    ],
)
def test_a_value_is_plain_whatever_library_made_it(answer: Any, value: Any) -> None:
    plain = feature_value(answer)
    assert (plain, type(plain)) == (value, type(value))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        *((math.inf, "infinite"), (np.float32("-inf"), "infinite"), (2**63, "64 bits"), (np.uint64(2**63), "64 bits")),
        *((datetime(2013, 4, 1), "without a time zone"), (datetime(1, 1, 1, tzinfo=UTC), "outside the years")),
        *(("x" * (MAXIMUM_TEXT + 1), "4,097 characters"), ("\ud800", "UTF-8"), (b"red", "is a bytes")),
        *((date(2013, 4, 1), "is a date"), (Decimal(1), "is a Decimal"), (1j, "is a complex"), ([1], "is a list")),
        *(
            (np.array([1.0]), "is a ndarray"),
            (np.datetime64("2013-04-01"), "is a datetime64"),
            (object(), "is a object"),
        ),
        *((np.complex64(1), "is a complex64"), ({}, "is a dict"), (timedelta(1), "is a timedelta")),
    ],
)
def test_what_json_cannot_say_is_refused_with_what_to_return(answer: Any, said: str) -> None:
    with pytest.raises(Invalid, match=said) as caught:
        feature_value(answer)
    assert caught.value.remedy.startswith("Return ")


class Speechless(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def test_an_error_is_told_in_words_whatever_it_is() -> None:
    assert raised(ValueError("pur\tple\nand more")) == r"ValueError: pur\tple"
    assert raised(Speechless()) == "Speechless: (its message cannot be read)"
