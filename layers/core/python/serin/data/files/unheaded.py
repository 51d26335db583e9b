"""A file nobody has described yet must say its columns' names."""

from __future__ import annotations

from collections.abc import Sequence

from serin.data.files.first_lines import cells, refuse_other_text, refuse_values, refused_title
from serin.domain.errors import Rejected
from serin.domain.printable import printable

_AHEAD = 20


def check_names(name: str, names: Sequence[str], after: bytes) -> None:
    """Raise Rejected unless the first line of a CSV file holds names for its columns; `after` are the bytes behind it.

    Single columns may have none, as row names of pandas and R: uploads leave them out.
    """
    refuse_other_text(name, names)
    named = [text for text in names if text.strip()]
    lines = [cells(line) for line in after.decode("utf-8", "replace").splitlines()[:_AHEAD]]
    if 2 * len(named) < len(names) or (lines and len(names) < len(lines[0]) and _is_header(lines, 0)):
        number = next((at for at in range(len(lines)) if _is_header(lines, at)), None)
        if number is not None:
            raise refused_title(name, names, number + 2)
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


def _is_header(lines: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a line has nothing but names, as many as the next line has values."""
    line, following = lines[at], lines[at + 1] if at + 1 < len(lines) else ()
    if len(line) < 2 or len(line) != len(following) or not all(text.strip() for text in line):
        return False
    try:
        refuse_values("", line)
    except Rejected:
        return False
    return True
