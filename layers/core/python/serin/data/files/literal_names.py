"""Columns' names that the engine takes for patterns: `*` is all columns to it, and `^a.*$` those that match.

A blank behind such a name makes it one like any other, and nothing else that a file holds is changed.
"""

from __future__ import annotations

import re

_PATTERN = re.compile(r"(\*|\^.*\$) *\Z", re.DOTALL)


def literal(name: str) -> str:
    """The name as a table of ours has it, which is one column's and no pattern."""
    return f"{name} " if _PATTERN.match(name) else name


def as_written(name: str) -> str:
    """The file's own name for the column that a table of ours has under this one."""
    return name[:-1] if name.endswith(" ") and _PATTERN.match(name) else name
