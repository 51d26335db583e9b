"""Texts as YAML."""

from __future__ import annotations

import json
import re

from serin.domain.charter import Scalar
from serin.files.yaml_files import scalar

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ -]*\Z")


def word(text: str) -> str:
    """A text as a YAML value that is read back as the same text."""
    is_plain = _PLAIN.match(text) and scalar(text) == text and not text.endswith(" ")
    # Not as JSON escapes it: YAML reads two halves of a character as two.
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def scalar_word(value: Scalar) -> str:
    """A text, a number or a truth value as YAML."""
    return word(value) if isinstance(value, str) else json.dumps(value)
