"""What a person names to be uploaded, as files that each are one table."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import polars as pl

from infra.packaging.tools import tool_packages
from serin.data.files.parquet_layout import MAGIC as PARQUET
from serin.domain.errors import Invalid, NotFound, Rejected
from serin_cli.partitions import with_values

_ZIP = b"PK\x03\x04"
_LONGEST_NAME = 150
_NOTHING = "__HIVE_DEFAULT_PARTITION__"
_READER = Path(__file__).with_name("spreadsheet.py")


def incoming(named: Path, folder: Path) -> Iterator[Path]:
    """The file itself; of a workbook its sheet as CSV, of a hive-partitioned folder each file with its partition's
    columns, both written into `folder`.

    Raises NotFound for what is not there, Invalid for another folder, Rejected for a workbook that is no plain sheet.
    """
    if named.is_dir():
        yield from _partitions(named, folder)
    elif not named.exists():
        raise NotFound(f"{named} cannot be read: No such file or directory.", "Check the path.")
    elif named.suffix.lower() in (".xlsx", ".xlsm") and _begins(named, _ZIP):
        yield _sheet(named, folder)
    else:
        yield named


def _sheet(workbook: Path, folder: Path) -> Path:
    """The one sheet of a workbook as CSV; a reader of its own reads it, apart from our packages."""
    into = _free(folder, f"{workbook.stem}.csv")
    packages = tool_packages("spreadsheet")
    command = [sys.executable, "-S", str(_READER), str(workbook), str(into)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={"PYTHONPATH": str(packages)})
    if done.returncode:
        found = "cannot be read as a workbook" if "Traceback" in done.stderr else done.stderr.strip()
        raise Rejected(f"{workbook.name}: {found}.", "Save one sheet, a header and rows of values, as CSV in UTF-8.")
    return into


def _partitions(root: Path, folder: Path) -> Iterator[Path]:
    files = sorted(item for item in root.rglob("*") if item.is_file() and not item.name.startswith((".", "_")))
    if not files or any("=" not in part for file in files for part in file.relative_to(root).parts[:-1] or ("",)):
        raise Invalid(
            f"{root} is a folder, and not one whose files lie in folders called like year=2013.",
            f"Name its files: {root}/*.csv.",
            "file",
        )
    for file in files:
        pairs = [unquote(part).partition("=")[::2] for part in file.relative_to(root).parts[:-1]]
        values = {name: None if value == _NOTHING else value for name, value in pairs}
        kind, write = (".parquet", _with_columns) if _begins(file, PARQUET) else (".csv", with_values)
        parts = [*(f"{name}-{value}" for name, value in pairs), file.name.partition(".")[0] + kind]
        into = _free(folder, "-".join(parts))
        write(file, values, into)
        yield into


def _with_columns(file: Path, values: Mapping[str, str | None], into: Path) -> None:
    frame = pl.read_parquet(file, hive_partitioning=False, glob=False)
    columns = [pl.lit(value, pl.String).alias(name) for name, value in values.items() if name not in frame.columns]
    frame.with_columns(columns).write_parquet(into)


def _free(folder: Path, name: str) -> Path:
    """A file of that name in the folder, as an upload may be called, which is not there yet."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[-_LONGEST_NAME:].lstrip("-._") or "file"
    number = 1
    while (file := folder / (plain if number == 1 else f"{number}-{plain}")).exists():
        number += 1
    return file


def _begins(file: Path, magic: bytes) -> bool:
    with file.open("rb") as content:
        return content.read(len(magic)) == magic
