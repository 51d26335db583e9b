"""A file nobody has described yet must say its columns' names."""

from __future__ import annotations

from collections.abc import Sequence

from serin.data.files.first_lines import refuse_other_text, refuse_values
from serin.domain.errors import Rejected
from serin.domain.printable import printable


def check_names(name: str, names: Sequence[str], after: bytes) -> None:
    """Raise Rejected unless the first line of a CSV file holds names for its columns; `after` are the bytes behind it.

    Single columns may have none, as row names of pandas and R: uploads leave them out.
    """
    refuse_other_text(name, names, after)
    named = [text for text in names if text.strip()]
    if 2 * len(named) < len(names):
        raise Rejected(
            f"{name}: its first line names {len(named)} of {len(names)} columns.",
            "Write the columns' names on the first line.",
        )
    refuse_values(name, names)
    padded = next((text for text in names if text != text.strip()), None)
    if padded is not None:
        raise Rejected(
            f"{name}: column '{printable(padded.strip())}' is written '{printable(padded)}'.",
            "Write names and values without blanks around them.",
        )
