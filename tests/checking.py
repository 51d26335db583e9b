"""Files of tests after their contracts, as `accept_upload` looks at them, with their rows at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from serin.data.contract.checked_files import check_file
from serin.data.contract.quality import Verdict
from serin.data.contract.rules import Surroundings
from serin.data.contract.types import POLARS_TYPES
from serin.data.files.table import ROW, RULES, Table
from serin.domain.contracts import Contract

LATER = Surroundings(datetime(2030, 1, 1, tzinfo=UTC))
"""What files are judged by whose tests are not about time: no row of theirs lies in its future."""


@dataclass(frozen=True)
class Checked(Verdict):
    """A file after its contract, with its rows: accepted ones by the contract's columns, and those set aside."""

    accepted: pl.DataFrame
    quarantine: pl.DataFrame

    @property
    def rows(self) -> int:
        """Rows in: each is accepted or in quarantine."""
        return self.accepted.height + self.quarantine.height


@dataclass(frozen=True)
class _OneBlock:
    table: Table

    def __iter__(self) -> Iterator[Table]:
        return iter([self.table])

    def again(self, index: int) -> Table:
        return [self.table][index]


def check(table: Table, contract: Contract, around: Surroundings = LATER) -> Checked:
    """A table as a file of one block."""
    with TemporaryDirectory() as folder:
        found = check_file(_OneBlock(table), contract, around, Path(folder))
        columns = {column.name: POLARS_TYPES[column.type] for column in contract.columns}
        nothing = {ROW: pl.UInt32(), RULES: pl.List(pl.String), **dict.fromkeys(table.text.columns, pl.String())}
        accepted, quarantine = (
            pl.read_parquet(file) if file else pl.DataFrame(schema=schema)
            for file, schema in ((found.accepted, columns), (found.quarantine, nothing))
        )
    return Checked(found.rules, found.warnings, found.measured, found.scorecard, accepted, quarantine)
