"""Why the first line of a file is not the header it should be, in the words of who made the file."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from serin.data.files.mapped_names import named_here, spellings
from serin.domain.contracts import Contract
from serin.domain.errors import Rejected
from serin.domain.printable import printable

_VALUE = re.compile(r"\s*[-+]?[0-9.]+([eE:/-][-+0-9.:TZ/]*)?\s*\Z")
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_OTHERS = {"{": "JSON", "[": "JSON", "<": "HTML or XML"}
_AHEAD = 20


def refuse_other_text(name: str, names: Sequence[str]) -> None:
    """Raise Rejected for text that is no CSV, or whose values are separated by something else than commas."""
    if not any(text.strip() for text in names):
        raise Rejected(f"{name}: its first line is empty.", "Write the columns' names on the first line.")
    if kind := _OTHERS.get(names[0].lstrip()[:1]):
        raise Rejected(f"{name}: is {kind}, no table.", "Upload CSV, gzipped CSV or Parquet.")
    if names[0].startswith("sep="):
        raise Rejected(
            f"{name}: its first line is {printable(names[0])!r}, a note to a spreadsheet.", "Delete that line."
        )
    called = next((word for sign, word in _SEPARATORS.items() if sign in names[0]), None)
    if len(names) == 1 and called:
        remedy = "Separate them by commas, and write decimals with a point."
        raise Rejected(f"{name}: its values are separated by {called}.", remedy)


def refuse_values(name: str, names: Sequence[str]) -> None:
    """Raise Rejected where the first line holds values instead of names."""
    if values := [text for text in names if _VALUE.match(text)]:
        raise Rejected(
            f"{name}: has no header; its first line holds the value {printable(values[0])!r}.",
            "Write the columns' names on the first line.",
        )


def named_by_place(names: Sequence[str]) -> tuple[str, ...]:
    """Columns without a name are called by their place: spreadsheets write empty ones at the end of every line."""
    prefix = "unnamed_"
    while any(text.startswith(prefix) for text in names):
        prefix += "_"
    return tuple(text or f"{prefix}{place}" for place, text in enumerate(names, 1))


def refuse_misread(name: str, names: Sequence[str], after: bytes, contract: Contract) -> None:
    """Raise Rejected where a first line that lacks columns of the contract shows why.

    `after` are the bytes behind it: the header may lie further down.
    """
    columns = {column.name for column in contract.columns}
    lines = after.decode("utf-8", "replace").splitlines()[:_AHEAD]
    number = next((at for at, line in enumerate(lines, 2) if columns <= {*named_here(cells(line), contract)}), None)
    if number:
        raise refused_title(name, names, number)
    refuse_other_text(name, names)
    if not columns & {*named_here(names, contract)}:
        refuse_values(name, names)
    refuse_other_spelling(name, names, contract)


def refused_title(name: str, names: Sequence[str], number: int) -> Rejected:
    """The error of a file whose header is on a later line."""
    return Rejected(
        f"{name}: its header is on line {number}; the first line is {printable(','.join(names).rstrip(','), 60)!r}.",
        "Delete what is above the header.",
    )


def refuse_other_spelling(name: str, names: Sequence[str], contract: Contract) -> None:
    """Raise Rejected for names that are the contract's but for blanks around them or the case of their letters."""
    there = {text.strip("\ufeff \t").lower(): text for text in names}
    known = spellings(contract)
    spelt = {
        one[0]: next((there[text.lower()] for text in one if text.lower() in there), None) for one in known.values()
    }
    if any(text is None for text in spelt.values()):
        return
    right = {text for one in known.values() for text in one}
    other = next((column, text) for column, text in spelt.items() if text and text not in right)
    raise Rejected(
        f"{name}: column '{printable(other[0])}' is written '{printable(other[1])}'.",
        f"Write the columns' names as the contract of {contract.dataset} has them, without blanks around them.",
    )


def cells(line: str) -> Sequence[str]:
    """The values of a line; none where they cannot be told apart."""
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return ()
