"""The one guard for cells that a spreadsheet opens: none runs as a formula, and each comes back as it was.

A spreadsheet runs a cell that begins with one of the signs. Where it splits lines at semicolons or tabs, or reads a
line end inside a value as one, cells begin there too. So a single quote is set before whatever would begin that way,
which makes it a text; quotes that are there already count, so that taking one away always gives back what was. An empty
text gets one too, for an editor does not tell it from none.
"""

from __future__ import annotations

import re

import polars as pl

# Full-width signs are taken for the plain ones by spreadsheets of East Asia.
_SIGN = "[=+\\-@\uff1d\uff0b\uff0d\uff20]"
# What a spreadsheet may pass over before the sign.
_OVER = '["\\x20\\xa0\u3000\ufeff\u200b-\u200f]*'
_BREAK = "[;\t\r\n]"
# Each finds where a cell would begin and what makes it a formula; the second finds it with one quote more.
_INNER = f"({_BREAK})('*{_OVER}{_SIGN})"
_INNER_GUARDED = f"({_BREAK})'('*{_OVER}{_SIGN})"
_START = f"^('*(?:{_OVER}{_SIGN}|[\t\r\n]|$))"
_START_GUARDED = f"^'('*(?:{_OVER}{_SIGN}|[\t\r\n]|$))"


def guarded(text: pl.Expr) -> pl.Expr:
    """The values as cells."""
    return text.str.replace_all(_INNER, "${1}'${2}").str.replace(_START, "'${1}")


def unguarded(text: pl.Expr) -> pl.Expr:
    """The values that these cells were."""
    return text.str.replace(_START_GUARDED, "${1}").str.replace_all(_INNER_GUARDED, "${1}${2}")


def guarded_name(name: str) -> str:
    """A column's name as a cell of the header, which is one line: its line ends and backslashes are escaped."""
    line = name.translate(_ESCAPES)
    return re.sub(_START, r"'\1", re.sub(_INNER, r"\1'\2", line))


def name_of(cell: str) -> str:
    """The column's name that this cell was."""
    line = re.sub(_INNER_GUARDED, r"\1\2", re.sub(_START_GUARDED, r"\1", cell))
    return _ESCAPED.sub(lambda found: _SIGNS[found[0]], line)


_SIGNS = {"\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\0": "\0"}
_ESCAPES = str.maketrans({sign: escaped for escaped, sign in _SIGNS.items()})
_ESCAPED = re.compile(r"\\[\\nr0]")
