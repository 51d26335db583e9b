"""Text from outside as messages, logs and records may repeat it."""

from __future__ import annotations


def printable(text: str, most: int = 60) -> str:
    """The text on one line and short: what a terminal or a log would obey, or nobody could see, is escaped.

    Control, format (such as right-to-left) and separator characters, and lone surrogates, become `\\n`, `\\u202e`, ….
    """
    cut = text[:most]
    if cut.isprintable():
        return cut
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in cut)
