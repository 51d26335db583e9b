"""Text from outside as messages, logs, records and terminals may repeat it."""

from __future__ import annotations

ON_A_PAGE = 2000
"""So many signs of a text a page shows."""


def printable(text: str, most: int = 60) -> str:
    """The text on one line and short: what a terminal or a log would obey, or nobody could see, is escaped.

    Control, format (such as right-to-left) and separator characters, and lone surrogates, become `\\n`, `\\u202e`, ….
    """
    return visible(text[:most], keep="")


def visible(text: str, keep: str = "\n") -> str:
    """The whole text, escaped as `printable` does it, but for the signs of `keep`."""
    if text.isprintable():
        return text
    return "".join(
        sign if sign in keep or sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )
