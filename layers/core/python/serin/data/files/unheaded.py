"""A file nobody has described yet must say its columns' names, and names that a contract can have."""

from __future__ import annotations

import re
from collections.abc import Sequence

from serin.data.files.first_lines import refuse_other_text, refuse_values
from serin.domain.errors import Rejected
from serin.domain.names import COLUMN
from serin.domain.printable import printable


def check_names(name: str, names: Sequence[str]) -> None:
    """Raise Rejected unless the first line of a CSV file holds these names for columns."""
    refuse_other_text(name, names)
    refuse_values(name, names)
    if "" in (text.strip() for text in names):
        raise Rejected(
            f"{name}: column {[text.strip() for text in names].index('') + 1} has no name.",
            "Name it, or leave it out: pandas writes such a column unless it is told `index=False`.",
        )
    if wrong := [text for text in names if not COLUMN.match(text)]:
        raise Rejected(
            f"{name}: {len(wrong)} of {len(names)} column names cannot be used, the first is {printable(wrong[0])!r}; "
            "a name has lower-case letters, digits and underscores, a letter first, 63 characters at most.",
            f"Write this first line instead: {','.join(_allowed(names))}",
        )


def _allowed(names: Sequence[str]) -> list[str]:
    """Names near these that may be used, each once."""
    made: list[str] = []
    for text in names:
        plain = re.sub(r"[^a-z0-9]+", "_", printable(text).lower()).strip("_")
        plain = (plain if plain[:1].isalpha() else f"column_{plain}")[:60].rstrip("_")
        made.append(plain if plain not in made else f"{plain}_{len(made) + 1}")
    return made
