"""A file nobody has described yet must say its columns' names."""

from __future__ import annotations

from collections.abc import Sequence

from serin.data.files.first_lines import refuse_other_text, refuse_values
from serin.domain.errors import Rejected


def check_names(name: str, names: Sequence[str]) -> None:
    """Raise Rejected unless the first line of a CSV file holds these names for columns."""
    refuse_other_text(name, names)
    refuse_values(name, names)
    if "" in (text.strip() for text in names):
        raise Rejected(
            f"{name}: column {[text.strip() for text in names].index('') + 1} has no name.",
            "Name it, or leave it out: pandas writes such a column unless it is told `index=False`.",
        )
