"""The ids of predictions: each holds its moment, so that nothing else has to remember where in the log it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from serin.domain.errors import Invalid

RANDOM_BYTES = 10

_ID = re.compile(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def prediction_id(at: datetime, entropy: bytes) -> str:
    """A UUID of version 7 as 32 hex digits: the millisecond, then 74 bits of `entropy`'s eighty.

    https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
    """
    random = int.from_bytes(entropy[:RANDOM_BYTES], "big")
    version_and_12 = 0x7 << 12 | random >> 62 & 0xFFF
    variant_and_62 = 0b10 << 62 | random & (1 << 62) - 1
    return f"{(at - _EPOCH) // _MILLISECOND:012x}{version_and_12:04x}{variant_and_62:016x}"


def moment_of(prediction: str) -> datetime:
    """The millisecond in which a prediction was made; raises Invalid for what is no prediction's id."""
    found = _ID.match(prediction)
    try:
        if found:
            return _EPOCH + int(prediction[:12], 16) * _MILLISECOND
    except OverflowError:
        pass
    raise Invalid(
        f"{prediction[:60]!r} is not the id of a prediction.",
        "Take prediction_id from an answer of predict.",
        "prediction",
    )
