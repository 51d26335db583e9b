"""A file that some program wrote of the table, and how many of its values are read as another."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from benches.measuring import BENCHES
from serin.data.contract.checked_files import check_file
from serin.data.contract.rules import Surroundings
from serin.data.files.parquet import from_parquet
from serin.data.files.reading import opened
from serin.domain.contracts import ColumnType, Contract
from serin.files.contracts import read_contract

TABLE = BENCHES / "written" / "table.json"
CONTRACT = BENCHES / "contracts" / "formats.yaml"
RECORDED = {"postgresql": "15.18", "libreoffice": "7.4.7.2"}
LAST = Surroundings(datetime.max.replace(tzinfo=UTC))
"""No time of the table is of the future."""
_FORMATS = {".csv": "CSV", ".csv.gz": "gzipped CSV", ".parquet": "Parquet"}
_MEANT: Mapping[ColumnType, Callable[[str], Any]] = {
    "string": str,
    "integer": lambda text: int(float(text)) if "." in text else int(text),
    "number": float,
    "boolean": lambda text: text in ("true", "1"),
    "timestamp": lambda text: datetime.fromisoformat(text).astimezone(UTC),
    "date": date.fromisoformat,
}


@dataclass(frozen=True)
class Cell:
    """A column's values in one file: of what kind they are to the writer, how many there are, how many differ."""

    writer: str
    format: str
    kind: str
    values: int
    differences: int


def cells_of(file: Path, scratch: Path) -> Iterator[Cell]:
    """A cell for each column that the file has; its rows are accepted as those of an upload are."""
    writer, _, form = file.name.partition(".")
    writer, _, quoted = writer.partition("_")
    columns = json.loads(TABLE.read_text(encoding="utf-8"))
    values = _accepted(file, [column["name"] for column in columns], scratch)
    for column in columns:
        if column["name"] not in values:
            continue
        meant = [None if text is None else _MEANT[column["type"]](text) for text in column["values"]]
        # A row that was set aside has no value to be the same.
        read = [values[column["name"]].get(row, ...) for row in range(1, len(meant) + 1)]
        differences = sum(one != other for one, other in zip(meant, read, strict=True))
        yield Cell(writer, f"{quoted} {_FORMATS['.' + form]}".strip(), column["kind"], len(meant), differences)


def _accepted(file: Path, names: list[str], scratch: Path) -> Mapping[str, Mapping[int, Any]]:
    """The values of each column that the file has, by row."""
    contract = read_contract(CONTRACT)
    nothing = Contract("any", "0", (), (), ())
    with opened(file.name, file, nothing) as blocks:
        first = next(iter(blocks)).text
    held = [name for name in names if name in first.columns]
    columns = tuple(column for column in contract.columns if column.name in held)
    rules = tuple(rule for rule in contract.rules if set(rule.columns) <= set(held))
    own = replace(contract, columns=columns, rules=rules)
    with tempfile.TemporaryDirectory(dir=scratch) as folder, opened(file.name, file, own) as blocks:
        checked = check_file(blocks, own, LAST, Path(folder))
        if checked.accepted is None:
            return {name: {} for name in held}
        rows = from_parquet(checked.accepted.read_bytes())
    return {name: dict(zip(rows["row_id"], rows[name], strict=True)) for name in held}
