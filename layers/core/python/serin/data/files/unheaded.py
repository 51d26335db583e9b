"""A file nobody has described yet must say its columns' names, and names that a contract can have."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from serin.data.files import gunzip, parquet_layout
from serin.data.files.table import CAPS
from serin.domain.errors import Rejected
from serin.domain.names import COLUMN
from serin.domain.printable import printable

_BOM = b"\xef\xbb\xbf"
_VALUE = re.compile(r"\s*[-+]?[0-9.]+([eE:/-][-+0-9.:TZ/]*)?\s*\Z")
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def check_names(name: str, content: bytes) -> None:
    """Raise Rejected unless the first line of a CSV file holds names for columns; other kinds of file have them."""
    if content.startswith(gunzip.MAGIC):
        with gunzip.Unpacked(name, io.BytesIO(content), CAPS) as source:
            content = source.read(0, CAPS.header)
    if not content or content.startswith(parquet_layout.MAGIC):
        return
    line = content[: CAPS.header].removeprefix(_BOM).partition(b"\n")[0]
    names = next(csv.reader([line.decode("utf-8", "replace").rstrip("\r")]), [])
    if len(names) == 1:
        _refuse_other_separators(name, names[0])
    if values := [text for text in names if _VALUE.match(text)]:
        raise Rejected(
            f"{name}: has no header; its first line holds the value {printable(values[0])!r}.",
            "Write the columns' names on the first line.",
        )
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


def _refuse_other_separators(name: str, header: str) -> None:
    for separator, called in _SEPARATORS.items():
        if separator in header:
            raise Rejected(f"{name}: its values are separated by {called}.", "Separate them by commas.")


def _allowed(names: Sequence[str]) -> list[str]:
    """Names near these that may be used, each once."""
    made: list[str] = []
    for text in names:
        plain = re.sub(r"[^a-z0-9]+", "_", printable(text).lower()).strip("_")
        plain = (plain if plain[:1].isalpha() else f"column_{plain}")[:60].rstrip("_")
        made.append(plain if plain not in made else f"{plain}_{len(made) + 1}")
    return made
