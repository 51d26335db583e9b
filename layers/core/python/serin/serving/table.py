"""Rows of features as the table an estimator was fitted on, with the same types whatever the rows hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from serin.domain.errors import Invalid
from serin.serving.rows import columns_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pandas as pd

    from serin.domain.features import Value
    from serin.serving.manifest import Column
    from serin.serving.rows import AnyRows


def table_of(rows: AnyRows, columns: Sequence[Column]) -> pd.DataFrame:
    """The rows as a table, in the model's column order; raises Invalid for a value of the wrong kind."""
    import numpy as np
    import pandas as pd

    series: dict[str, object] = {}
    for column, values in zip(columns, columns_of(rows, [column.name for column in columns]), strict=True):
        if column.kind == "numeric":
            series[column.name] = np.array([number_of(column.name, value) for value in values], dtype=np.float64)
        else:
            texts = [text_of(column.name, value) for value in values]
            # Without the type, pandas would choose its own string type.
            series[column.name] = pd.Series(texts, dtype=object)
    return pd.DataFrame(series)


def number_of(name: str, value: Value) -> float:
    """The number of a numeric feature, NaN for a null; raises Invalid for a text."""
    if value is None:
        return float("nan")
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, str):
        raise _wrong_kind(name, "a string", "numbers")
    return float(value)


def text_of(name: str, value: Value) -> str | float:
    """The text of a categorical feature, NaN for a null; raises Invalid for another kind."""
    if value is None:
        # scikit-learn takes None for one more category, and NaN for no value.
        return float("nan")
    if isinstance(value, str):
        return value
    raise _wrong_kind(name, f"a {type(value).__name__}", "strings")


def _wrong_kind(name: str, found: str, expected: str) -> Invalid:
    return Invalid(
        f"The feature {name} is {found}; in training it was made of {expected}.",
        "Make the feature's function, or the data it looks up, give the same type as in training.",
        name,
    )
