from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serin.domain.errors import Invalid
from serin.domain.prediction_ids import RANDOM_BYTES, is_of, moment_of, prediction_id, repeated_id

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31, 23), timezones=st.just(UTC))
ENTROPY = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)


@given(MOMENTS, ENTROPY)
def test_an_id_holds_its_millisecond(at: datetime, entropy: bytes) -> None:
    assert moment_of(prediction_id("m", at, entropy)) == at.replace(microsecond=at.microsecond // 1000 * 1000)


@given(MOMENTS, ENTROPY)
def test_an_id_is_a_uuid_of_version_seven(at: datetime, entropy: bytes) -> None:
    made = uuid.UUID(prediction_id("m", at, entropy))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert uuid.UUID(repeated_id("m", at, entropy.hex())).version == 8
    assert made.hex == prediction_id("m", at, entropy)


@given(MOMENTS, ENTROPY, ENTROPY)
def test_fifty_eight_bits_cannot_be_guessed(at: datetime, one: bytes, other: bytes) -> None:
    differ = (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")) % (1 << 58) != 0
    assert (prediction_id("m", at, one) != prediction_id("m", at, other)) == differ


@given(MOMENTS, st.timedeltas(timedelta(milliseconds=1), timedelta(days=1)), ENTROPY, ENTROPY)
def test_ids_sort_as_their_moments_do(at: datetime, later: timedelta, one: bytes, other: bytes) -> None:
    assert prediction_id("m", at, one) < prediction_id("m", at + later, other)


def test_an_id_is_of_its_own_model_and_of_no_other() -> None:
    names = [prediction_id("m", datetime(2013, 4, 1, 12, minute, tzinfo=UTC), bytes(8)) for minute in range(60)]
    assert all(is_of(name, "m") for name in names)
    assert sum(is_of(name, "another") for name in names) == 0
    assert not is_of(f"{names[0][:-1]}{(int(names[0][-1], 16) + 1) % 16:x}", "m")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 32,
        uuid.uuid4().hex,
        prediction_id("m", datetime(2013, 4, 1, tzinfo=UTC), bytes(10)).upper().replace("7", "F"),
        str(uuid.UUID(prediction_id("m", datetime(2013, 4, 1, tzinfo=UTC), bytes(10)))),
        prediction_id("m", datetime(2013, 4, 1, tzinfo=UTC), bytes(10)) + "\n",
        "f" * 12 + "7000" + "8" + "0" * 15,
        "../../secrets",
    ],
    ids=["empty", "no hex", "version 4", "upper case", "hyphens", "line end", "no such year", "a path"],
)
def test_what_is_no_predictions_id_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        moment_of(text)
    assert caught.value.field == "prediction"
