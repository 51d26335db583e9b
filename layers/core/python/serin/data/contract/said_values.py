"""Which values a text may say of which nobody knows where its values begin and end.

A person is known by a digest alone, so that a text cannot be searched for them: each value it may say is looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_BETWEEN = re.compile(r'[,;\t|"\r\n<>]')
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_AROUND = " \t:={}[]()'"
_TOGETHER = 3
"""A value may hold so many parts of a line: `Ox, Ann` has two."""


def values_said(text: str) -> set[str]:
    """What stands between commas, quotes, tabs, lines and the like, some of it together, and all that is in quotes.

    Each as it stands and without what may be around it; JSON's escapes are taken for what they mean as well.
    """
    said = set[str]()
    for written in {text, _ESCAPED.sub(_unescaped, text)}:
        for value in (*_parts(written), *_quoted(written)):
            said |= {value, value.strip(), value.strip(_AROUND)}
    return said - {""}


def _parts(text: str) -> Iterator[str]:
    """The parts of each line, alone and with those behind them."""
    places = [match.start() for match in _BETWEEN.finditer(text)]
    bounds = [-1, *places, len(text)]
    for place, start in enumerate(bounds[:-1], 1):
        for end in bounds[place : place + _TOGETHER]:
            yield text[start + 1 : end]
            if text[end : end + 1] in ("\r", "\n"):
                break


def _quoted(text: str) -> Iterator[str]:
    """What quotes hold, whatever it is; a quote within them is written twice."""
    return (match[1].replace('""', '"') for match in _QUOTED.finditer(text))


def _unescaped(escaped: re.Match[str]) -> str:
    value: str = json.loads(f'"{escaped[0]}"')
    # Half a character stays what was written: it has no bytes.
    return value if value.isprintable() else escaped[0]
