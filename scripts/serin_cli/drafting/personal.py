"""Columns that name people or lead to them, by how they are called and what is in them."""

from __future__ import annotations

import polars as pl

from serin.data.looks.inference import ColumnSeen

_MOSTLY = 0.8
_EMAIL = r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"
_PHONE = r"^\+?[0-9][0-9 ()/.-]{6,}$"
# Two or three words with a capital each, or a family's name before the comma.
_PERSON = r"^\p{Lu}[\p{L}'\u2019.-]+,? (\p{Lu}[\p{L}'\u2019.-]* ?){1,3}$"
_NAMED = frozenset(("firstname", "forename", "fullname", "lastname", "surname"))
_NAME_OF = frozenset(("client", "contact", "customer", "employee", "family", "first", "full", "given", "last"))
_NAME_OF |= {"maiden", "member", "owner", "passenger", "patient", "person", "player", "student", "teacher", "user"}
_LEADS = {
    "e-mail addresses": frozenset(("email", "mail")),
    "telephone numbers": frozenset(("cell", "fax", "mobile", "phone", "tel", "telephone")),
    "account or insurance numbers": frozenset(("iban", "passport", "ssn")),
}


def personal(column: ColumnSeen, values: pl.Series) -> str:
    """What personal data a column holds, in words; empty where it seems to hold none."""
    if column.type != "string":
        return ""
    known, words = values.drop_nulls().cast(pl.String), frozenset(column.name.split("_"))
    if _are(known, _EMAIL):
        return "e-mail addresses"
    for what, called in _LEADS.items():
        if words & called and (what != "telephone numbers" or _are(known, _PHONE)):
            return what
    is_name = bool(words & _NAMED) or ("name" in words and bool(words & _NAME_OF))
    if is_name or (words == {"name"} and _are(known, _PERSON) and column.distinct > known.len() / 2):
        return "names of people"
    return ""


def _are(known: pl.Series, shape: str) -> bool:
    return known.len() > 0 and int(known.str.contains(shape).sum()) >= _MOSTLY * known.len()
