"""README.md as a newcomer uses it: its blocks to type, and the commands it names."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[3] / "README.md"
_BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(\./scripts/[^`]+)`")


def blocks() -> list[str]:
    """The fenced blocks, as they stand."""
    return _BLOCK.findall(README.read_text(encoding="utf-8"))


def the_block_with(words: str) -> str:
    """The one block that has these words."""
    (found,) = [block for block in blocks() if words in block]
    return found


def commands(text: str) -> list[str]:
    """What a text says to type of ours, one command each, without comments; `[--option]` is taken with the option."""
    typed = [line for block in _BLOCK.findall(text) for line in block.splitlines() if line.startswith("./scripts/")]
    prose = _INLINE.findall(_BLOCK.sub("", text))
    return [re.sub(r"\s+#.*|[][…]", "", line).strip() for line in [*typed, *prose]]
