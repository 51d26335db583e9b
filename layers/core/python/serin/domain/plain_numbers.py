"""Numbers as contracts mean them: whole ones to the last digit, in groups where they count something."""

from __future__ import annotations


def plain(number: float) -> str:
    """Without groups, as its author wrote it: a year, a code, an amount."""
    return f"{number:.0f}" if number % 1 == 0 and abs(number) < 1e15 else f"{number:.12g}"


def counted(number: float) -> str:
    """In groups of thousands: rows, days, characters."""
    return f"{number:,.0f}" if number % 1 == 0 and abs(number) < 1e15 else f"{number:,.12g}"
