"""What a model's own code may raise and answer: an error in words, and a value that all parts of the platform can hold.

A value goes the same ways in training and in serving: through a table of numbers and texts, a Parquet file and a line
of JSON. What one of them cannot say is refused where it is made; nothing else is written in its place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from serin.domain.errors import Invalid
from serin.domain.fields import INT64, YEARS
from serin.domain.printable import printable

# From `typing` itself it would cost a start of `predict` more than the rest of this file.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from serin.domain.features import Value

RAISED = (BaseException,)
"""What code of a model may raise: anything, and neither `sys.exit()` in it nor an interrupt may end who asks it."""
MAXIMUM_TEXT = 4096
_PACKAGE = "model_code"
_LONGEST_MESSAGE, _LONGEST_VALUE = 300, 60
_REMEDY = "Return a finite number, a string, a boolean, a datetime with a time zone, or None."


def raised(error: BaseException) -> str:
    """An error by kind and message and, where the model's own code is on its way, by file and line."""
    return f"{in_words(error)}{place(error)}"


def in_words(error: BaseException) -> str:
    """The same without the place: what a caller may read of it."""
    first, *_ = _message(error).splitlines() or [""]
    message = printable(first, _LONGEST_MESSAGE)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def kind_and_place(error: BaseException) -> str:
    """The same without the message, which may repeat a value that is personal: what a log may say."""
    return f"{type(error).__name__}{place(error)}"


def place(error: BaseException | None) -> str:
    """Where the model's own code is on an error's way, as ` (features.py, line 3)`; nothing where it is not."""
    if error is None or error.__traceback__ is None:
        return ""
    # Loaded when something has failed: `predict` seldom needs them.
    import traceback
    from pathlib import PurePath

    frames = traceback.walk_tb(error.__traceback__)
    # By the package and not by the folder: a training in this process runs the files where they are written.
    own = [(frame, line) for frame, line in frames if _module(frame).partition(".")[0] == _PACKAGE]
    if not own:
        return ""
    frame, line = own[-1]
    return f" ({PurePath(frame.f_code.co_filename).name}, line {line})"


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def call_in_words(names: Sequence[str], values: Sequence[object]) -> str:
    """What a function was asked, as `size=0, color='red'`: short, and on one line."""
    return ", ".join(f"{name}={_shown(value)}" for name, value in zip(names, values, strict=True)) or "nothing"


def feature_value(value: Any) -> Value:
    """A feature's value as plain Python; NaN, NaT and NA, which say that there is none, are None.

    numpy's scalars are the numbers they are. Raises Invalid, without a field, for what is no value: an infinite number,
    one beyond 64 bits, a time without its zone, a text that is no UTF-8 or too long, any other object.
    """
    if value is None or value is True or value is False:
        return value
    if isinstance(value, float):
        return _number(float(value))
    if isinstance(value, int):
        return _whole(int(value))
    if isinstance(value, str):
        return _text(str.__str__(value))
    if isinstance(value, datetime):
        return _moment(value)
    return _of_numpy(value)


def are_plain(values: Sequence[Any]) -> bool:
    """Whether each value is what `feature_value` makes of it, as far as that is told by looking at all at once."""
    kinds = set(map(type, values))
    kinds.discard(type(None))
    if kinds == {int}:
        numbers = [value for value in values if value is not None]
        return min(numbers) in INT64 and max(numbers) in INT64
    if kinds == {float}:
        # A sum is finite only if all of it is.
        return math.isfinite(sum(value for value in values if value is not None))
    return not kinds - {bool}


def _of_numpy(value: Any) -> Value:
    kind = value.dtype.kind if getattr(value, "shape", None) == () and hasattr(value, "dtype") else ""
    if kind == "b":
        return bool(value)
    if kind in ("i", "u"):
        return _whole(int(value))
    if kind == "f":
        return _number(float(value))
    if type(value).__name__ == "NAType":
        return None
    raise Invalid(f"is a {type(value).__name__}", _REMEDY)


def _number(value: float) -> float | None:
    if math.isinf(value):
        raise Invalid("is an infinite number", "Return None where there is no finite number.")
    return None if math.isnan(value) else value


def _whole(value: int) -> int:
    if value not in INT64:
        raise Invalid("is an integer that does not fit 64 bits", "Return a float, or a smaller number.")
    return value


def _text(value: str) -> str:
    if len(value) > MAXIMUM_TEXT:
        raise Invalid(f"is a text of {len(value):,} characters", f"Return {MAXIMUM_TEXT:,} characters at most.")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise Invalid("is a text that is no UTF-8", "Return whole characters, no half of a pair.") from error
    return value


def _moment(value: datetime) -> datetime | None:
    if value != value:  # noqa: PLR0124 pandas' NaT is a datetime, and no moment is another one than itself
        return None
    if value.tzinfo is None:
        raise Invalid("is a time without a time zone", "Return it with its zone: value.replace(tzinfo=UTC).")
    if value.year not in YEARS:
        raise Invalid(f"is a time outside the years {YEARS[0]} to {YEARS[-1]}", _REMEDY)
    moment = value.astimezone(UTC)
    return datetime(*moment.timetuple()[:6], moment.microsecond, UTC)


def _shown(value: object) -> str:
    if value is None:
        return "null"
    return printable(value.isoformat() if isinstance(value, datetime) else repr(value), _LONGEST_VALUE)


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 an error of the model's own kind may fail to say what it is
        return "(its message cannot be read)"
