"""Why the first line of a file is not the header it should be, in the words of who made the file."""

from __future__ import annotations

from collections.abc import Sequence

from serin.data.files.literal_names import literal
from serin.data.files.mapped_names import named_here, spellings
from serin.data.files.titles import cells, lines_of, refuse_title, refused_title
from serin.data.files.values import is_value
from serin.domain.contracts import Contract
from serin.domain.errors import Rejected
from serin.domain.printable import printable

_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_OTHERS = {"{": "JSON", "[": "JSON", "<": "HTML or XML"}


def refuse_other_text(name: str, names: Sequence[str], after: bytes) -> None:
    """Raise Rejected for text that is no CSV, has its header on a later line, or separates values by other than commas.

    `after` are the bytes behind the first line.
    """
    if not any(text.strip() for text in names):
        raise Rejected(f"{name}: its first line is empty.", "Write the columns' names on the first line.")
    refuse_other_kind(name, names[0])
    if names[0].startswith("sep="):
        line = printable(",".join(names))
        raise Rejected(f"{name}: its first line is {line!r}, a note to a spreadsheet.", "Delete that line.")
    sign = next((sign for sign in _SEPARATORS if len(names) == 1 and sign in names[0]), None)
    if not (sign and any(sign in line for line in lines_of(after)[:1])):
        refuse_title(name, names, after)
    if sign:
        remedy = "Separate them by commas, and write decimals with a point."
        raise Rejected(f"{name}: its values are separated by {_SEPARATORS[sign]}.", remedy)


def refuse_other_kind(name: str, line: str) -> None:
    """Raise Rejected where the first line begins as that of JSON or HTML."""
    if kind := _OTHERS.get(line.lstrip()[:1]):
        raise Rejected(f"{name}: is {kind}, no table.", "Upload CSV, gzipped CSV or Parquet.")


def refuse_values(name: str, names: Sequence[str]) -> None:
    """Raise Rejected where the first line holds values instead of names."""
    if values := [text for text in names if is_value(text)]:
        raise Rejected(
            f"{name}: has no header; its first line holds the value {printable(values[0])!r}.",
            "Write the columns' names on the first line.",
        )


def named_by_place(names: Sequence[str]) -> tuple[str, ...]:
    """The columns' names as a table has them, each a column's own.

    Columns without one are called by their place: spreadsheets write empty ones at the end of every line.
    """
    prefix = "unnamed_"
    while any(text.startswith(prefix) for text in names):
        prefix += "_"
    return tuple(literal(text) or f"{prefix}{place}" for place, text in enumerate(names, 1))


def refuse_misread(name: str, names: Sequence[str], after: bytes, contract: Contract) -> None:
    """Raise Rejected where a first line that lacks columns of the contract shows why.

    `after` are the bytes behind it: the header may lie further down.
    """
    refuse_other_text(name, names, after)
    columns = {column.name for column in contract.columns}
    ahead = enumerate(lines_of(after), 2)
    number = next((at for at, line in ahead if columns <= {*named_here(cells(line), contract)}), None)
    if number:
        raise refused_title(name, names, number)
    if not columns & {*named_here(names, contract)}:
        refuse_values(name, names)
    refuse_other_spelling(name, names, contract)


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
