"""A logged row of features as the model was asked it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from serin.domain.errors import Invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from serin.domain.features import Value
    from serin.serving.manifest import Column


def logged_row(record: object, columns: Sequence[Column]) -> dict[str, Value]:
    """The row that a line's `features` were written from; raises Invalid for what no line holds.

    JSON has every type of a feature but moments. A string of a numeric column can only have been one: any other
    string there is refused before it is scored, so that it never comes to a line.
    """
    if not isinstance(record, Mapping):
        raise Invalid("A row to replay is no object.", "Send the features of a line of the prediction log.")
    return logged_values(record, columns)


def logged_values(record: Mapping[str, object], columns: Sequence[Column]) -> dict[str, Value]:
    """The values of these columns in a line's `features`; raises Invalid for what no line holds."""
    return {column.name: _value(column, record) for column in columns}


def _value(column: Column, record: Mapping[str, object]) -> Value:
    value = record.get(column.name)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if column.kind == "categorical" else _moment(column.name, value)
    raise _unreadable(column.name)


def _moment(name: str, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise _unreadable(name) from error


def _unreadable(name: str) -> Invalid:
    found = f"The feature {name} is not what a line of the prediction log holds."
    return Invalid(found, "Send the features as they were logged.", name)
