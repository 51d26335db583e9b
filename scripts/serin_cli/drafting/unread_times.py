"""Texts that a person reads as days, months or weeks and no contract does: they are told, not learnt from."""

from __future__ import annotations

import polars as pl

_MONTH = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_AGE = "(19|20)[0-9]{2}"
_FORMS = (
    r"[0-9]{1,2}([-/.])[0-9]{1,2}[-/.][0-9]{2}([ T,].*)?",  # 31/12/99: of which century?
    rf"{_AGE}[-/.](0?[1-9]|1[0-2])",
    rf"(0?[1-9]|1[0-2])[-/.]{_AGE}",
    rf"{_MONTH}[-/. ]{{1,2}}{_AGE}|{_AGE}[-/. ]{_MONTH}",
    rf"{_AGE}[- ]?W[0-9]{{1,2}}(-[1-7])?",
    rf"{_AGE}[- ]?[Qq][1-4]|[Qq][1-4][- ]?{_AGE}",
    rf"((?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?[0-9]{{1,2}}[- ]{_MONTH}[- ][0-9]{{2,4}}([ ,].*)?",
)


def is_unread_time(texts: pl.Series) -> bool:
    """Whether every text is a time to a reader, in one form."""
    known = texts.drop_nulls()
    if texts.dtype != pl.String or known.len() == 0:
        return False
    return any(
        known.head(1).str.contains(f"^({form})$").all() and known.str.contains(f"^({form})$").all() for form in _FORMS
    )
