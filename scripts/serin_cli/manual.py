"""All commands on one page, by who uses them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

GROUPS: Mapping[str, Sequence[str]] = {
    "To begin": ("demo", "sample", "up", "clock", "init"),
    "What a model is (data scientist, subject-matter expert)": (
        *("charter", "contract", "input", "validate", "viability", "plan"),
    ),
    "Data and features (data engineer)": ("upload", "quality", "quarantine", "profile", "sources", "features", "erase"),
    "Trainings and versions (data scientist)": ("train", "runs", "rerun", "models", "versions", "card", "lineage"),
    "Releases and what follows (ML engineer)": ("release", "watch", "health", "trace", "image"),
    "What to decide, and what it comes to (business stakeholder)": ("approve", "cost", "maturity", "audit"),
    "Questions to a model (whoever calls it)": ("predict", "prediction", "batch", "feedback"),
    "A stage on AWS (ML engineer)": ("connect", "token", "pipeline"),
}
"""Who has the role in a charter's `people`; one person may hold several."""
_NAME = 12
_WIDEST = 120


def manual(texts: Mapping[str, str]) -> str:
    """A line for each command, whose `texts` say what it does; as wide as the terminal, within reason."""
    return "\n".join(_lines(texts, min(shutil.get_terminal_size().columns, _WIDEST)))


def _lines(texts: Mapping[str, str], width: int) -> Iterator[str]:
    for group, names in GROUPS.items():
        yield f"{group}:"
        for name in names:
            first, *more = wrap(texts[name], max(width - _NAME - 2, 20))
            yield f"  {name:{_NAME}}{first}"
            yield from (f"  {'':{_NAME}}{line}" for line in more)
        yield ""
    yield "serin COMMAND --help says what a command is given; --json prints a result for another program."
