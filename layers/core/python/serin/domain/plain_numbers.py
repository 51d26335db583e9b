"""Numbers as contracts mean them: whole ones to the last digit, in groups where they count something."""

from __future__ import annotations


def plain(number: float) -> str:
    """Without groups, as its author wrote it: a year, a code, an amount."""
    return f"{number:.0f}" if number % 1 == 0 and abs(number) < 1e15 else f"{number:.12g}"


def counted(number: float) -> str:
    """In groups of thousands: rows, days, characters."""
    return f"{number:,.0f}" if number % 1 == 0 and abs(number) < 1e15 else f"{number:,.12g}"


def how_many(number: float, one: str, several: str | None = None) -> str:
    """`1 row`, `1,200 rows`: the number in groups, and the noun as it goes with it.

    `several` is for what no rule makes of `one`: `how_many(rows, "row is", "rows are")`.
    """
    return f"{counted(number)} {one if number == 1 else several or _several(one)}"


def _several(one: str) -> str:
    if one.endswith("y") and one[-2:-1] not in "aeiou":
        return f"{one[:-1]}ies"
    return f"{one}es" if one.endswith(("s", "x", "ch", "sh")) else f"{one}s"
