"""README.md and those it leads to as a newcomer uses them: their blocks to type, and the commands they name."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
FOLDERS = ("", "models/", "infra/", "infra/local/", "scripts/", "tests/")
READMES = {f"{folder}README.md": (ROOT / f"{folder}README.md").read_text(encoding="utf-8") for folder in FOLDERS}
_BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(\./scripts/[^`]+)`")


def blocks() -> list[str]:
    """The fenced blocks, as they stand."""
    return [block for text in READMES.values() for block in _BLOCK.findall(text)]


def the_block_with(words: str) -> str:
    """The one block that has these words."""
    (found,) = [block for block in blocks() if words in block]
    return found


def commands(text: str) -> list[str]:
    """What a text says to type of ours, one command each, without comments; `[--option]` is taken with the option."""
    typed = [line for block in _BLOCK.findall(text) for line in block.splitlines() if line.startswith("./scripts/")]
    prose = _INLINE.findall(_BLOCK.sub("", text))
    return [re.sub(r"\s+#.*|[][…]", "", line).strip() for line in [*typed, *prose]]
