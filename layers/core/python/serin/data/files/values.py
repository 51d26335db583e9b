"""Texts that are values, and no names of columns."""

from __future__ import annotations

import re

_VALUE = re.compile(r"\s*[-+]?[0-9.]+([eE:/-][-+0-9.:TZ/]*)?\s*\Z")


def is_value(text: str) -> bool:
    """Whether it is a number, a date or a time."""
    return _VALUE.match(text) is not None
