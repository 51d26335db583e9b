"""A contract's patterns, which are those of ECMA-262 by the standard, as the engine reads them."""

from __future__ import annotations

import re

# Of ECMA-262 these are about ASCII alone; the engine's own have the digits and letters of every script.
_SETS = {"d": "[0-9]", "D": "[^0-9]", "w": "[0-9A-Za-z_]", "W": "[^0-9A-Za-z_]"}
_BORDERS = {"b": r"(?-u:\b)", "B": r"(?-u:\B)"}
# An escape, or what opens or closes a set: a bracket that is the first in a set is a sign of it.
_TOKEN = re.compile(r"\\(.)|\[\^?\]?|\]", re.DOTALL)


def as_engine_reads(pattern: str) -> str:
    r"""The pattern with `\d`, `\w`, `\b` and their opposites written out as ECMA-262 means them."""
    depth = 0

    def written_out(token: re.Match[str]) -> str:
        nonlocal depth
        if letter := token[1]:
            return _SETS.get(letter) or (not depth and _BORDERS.get(letter)) or token[0]
        depth = max(0, depth + (1 if token[0].startswith("[") else -1))
        return token[0]

    return _TOKEN.sub(written_out, pattern)
