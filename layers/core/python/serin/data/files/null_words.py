"""What a CSV file writes where there is no value: nothing, or NA.

Only quotes, and the contract, tell such a word from a text that is the same. PostgreSQL, DuckDB, polars and R quote the
text and not the null. So in quotes both are texts; a contract that lists NA among a column's values makes it one there
however it is written, and words that it lists as missing are none however they are written (`Column.missing`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from serin.data.files.table import RULES
from serin.domain.contracts import Contract

NA = "NA"
WORDS = ("", NA)
_QUOTED = b'"NA"'
# No file has the sign, so what it was put into is known afterwards.
_SIGN = "\0"
_SIGNED = b'"\0NA"'


def columns_of_words(names: Sequence[str], contract: Contract) -> Collection[str]:
    """The columns in which NA is a word like any other: those whose values the contract lists, NA among them.

    In a file that was exported from quarantine these are all, for there a null is written as nothing.
    """
    if RULES in names:
        return frozenset(names)
    rules = [*contract.rules, *(rule.rows for rule in contract.dataset_rules if rule.rows)]
    return {rule.columns[0] for rule in rules if rule.kind == "one_of" and NA in rule.values} & set(names)


def read_texts(content: bytes, names: Sequence[str], words: Collection[str]) -> pl.DataFrame:
    """The rows of a CSV body, each of them with a value for each name; nulls where there is none.

    Raises a PolarsError when they cannot be told apart.
    """
    signed = _QUOTED in content
    if signed:
        # The engine's null words do not look at quotes.
        content = content.replace(_QUOTED, _SIGNED)
    schema = dict.fromkeys(names, pl.String)
    text = pl.read_csv(content, has_header=False, schema=schema, null_values=None if words else [NA])
    if words:
        text = text.with_columns(pl.when(pl.col(name) != NA).then(pl.col(name)) for name in names if name not in words)
    if signed:
        text = text.with_columns(_without_sign(column) for column in text.get_columns())
    # A line of one column that holds nothing would be blank, so programs write it as a quoted text.
    return text.select(pl.when(pl.all() != "").then(pl.all())) if len(names) == 1 else text


def _without_sign(text: pl.Series) -> pl.Series:
    return text.str.replace_all(_SIGN, "", literal=True) if text.str.contains(_SIGN, literal=True).any() else text
