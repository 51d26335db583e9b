"""The ids of predictions: each holds its moment, so that nothing else has to remember where in the log it is.

What a caller asks under an `Idempotency-Key` has the same id each time it is asked within an hour, so such an id holds
its hour only. Each ends with a check of its model's name: who says something about a prediction is told at once whether
there can be such a one. It is no secret: an id that somebody thinks up finds no line of the log.
"""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime, timedelta
from struct import unpack

from serin.domain.errors import Invalid

RANDOM_BYTES = 8
_CHECK = 4

_ID = r"[0-9a-f]{12}[78][0-9a-f]{3}[89ab][0-9a-f]{15}\Z"
_OF_A_MOMENT, _OF_AN_HOUR = 0x7, 0x8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def prediction_id(model: str, at: datetime, entropy: bytes) -> str:
    """A UUID of version 7 as 32 hex digits: the millisecond, 58 bits of `entropy`'s sixty-four, 16 of a check.

    https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
    """
    return prediction_ids(model, at, entropy[:RANDOM_BYTES])[0]


def prediction_ids(model: str, at: datetime, entropy: bytes) -> list[str]:
    """As many of one moment as there are `RANDOM_BYTES` of entropy."""
    return _ids(model, at, entropy, _OF_A_MOMENT)


def repeated_id(model: str, at: datetime, name: str) -> str:
    """The same for what is asked under one `name`, a hex digest, whenever in the hour: a UUID of version 8, our own."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    return _ids(model, hour, bytes.fromhex(name)[:RANDOM_BYTES], _OF_AN_HOUR)[0]


def is_of_an_hour(prediction: str) -> bool:
    """Whether `moment_of` is the hour in which it was made, no nearer."""
    return prediction[12:13] == f"{_OF_AN_HOUR:x}"


def _ids(model: str, at: datetime, entropy: bytes, version: int) -> list[str]:
    moment, of_model = f"{(at - _EPOCH) // _MILLISECOND:012x}", zlib.crc32(f"{model}/".encode())
    first, second, ids = version << 12, 0b10 << 46, []
    for random in unpack(f">{len(entropy) // RANDOM_BYTES}Q", entropy):
        head = b"%b%04x%012x" % (moment.encode(), first | random >> 46 & 0xFFF, second | random & (1 << 46) - 1)
        # The check of `_check_of`, which goes on from what all of them begin with.
        ids.append(f"{head.decode()}{zlib.crc32(head, of_model) & 0xFFFF:04x}")
    return ids


def is_of(prediction: str, model: str) -> bool:
    """Whether an id is of a prediction of that model; of another one's, one in 65,536 seems to be."""
    return prediction[-_CHECK:] == _check_of(model, prediction[:-_CHECK])


def _check_of(model: str, head: str) -> str:
    return f"{zlib.crc32(f'{model}/{head}'.encode()) & 0xFFFF:04x}"


def moment_of(prediction: str) -> datetime:
    """The millisecond in which a prediction was made, or its hour; raises Invalid for what is no prediction's id."""
    match = re.match(_ID, prediction)
    try:
        if match:
            return _EPOCH + int(prediction[:12], 16) * _MILLISECOND
    except OverflowError:
        pass
    raise Invalid(
        f"{prediction[:60]!r} is not the id of a prediction.",
        "Take prediction_id from an answer of predict.",
        "prediction",
    )
