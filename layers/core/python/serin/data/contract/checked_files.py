"""Checking a file that is larger than memory: block by block, with the same result as all of it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from pathlib import Path

import polars as pl

from serin.data.contract.claims import claims_of
from serin.data.contract.digests import DTYPE, row_digests
from serin.data.contract.quality import Sorted, Verdict, judge, judged_rules, sort_rows, typed_values
from serin.data.contract.repeated import Hashes, Keys
from serin.data.contract.rules import Surroundings
from serin.data.contract.tally import Tally
from serin.data.contract.trial import ENGINE_FAULTS, told_by
from serin.data.files.header import check_size
from serin.data.files.parquet import from_parquet, join_parquet, size_in_memory, to_parquet, write_parquet
from serin.data.files.table import CAPS, ROW, Blocks, Caps, Table, joined
from serin.domain.claims import scoped_rules
from serin.domain.contracts import Contract
from serin.domain.errors import Rejected, TooLarge

_SEVERAL = 2
_OWN = "__own"
"""The number that a row which corrects another has in this file."""


@dataclass(frozen=True)
class CheckedFile(Verdict):
    """A file after its contract: Parquet of its accepted rows and of its quarantine (`serin.data.contract.quality`).

    A file without rows is not written. `corrects` names the rows of earlier uploads (`__upload`, `__row`) that this
    file's rows take the place of. `digests` has one of each accepted row (`serin.data.contract.digests`), eight bytes
    each, in their order. `claims` are files of what they claim (`serin.data.contract.claims`), by the id of each rule
    that looks at all uploads. `columns` are the file's own, in its order. `size` are the bytes that the accepted rows
    take in memory. `still_bad` are those of the rows with a place in `corrects` that are set aside again. `erased`
    rows, of people who were erased, were left out before anything was looked at.
    """

    accepted: Path | None
    quarantine: Path | None
    corrects: Path | None
    digests: Path
    claims: Mapping[str, Path]
    columns: Sequence[str]
    tally: Tally
    size: int
    still_bad: int = 0
    erased: int = 0


def check_file(
    blocks: Blocks, contract: Contract, around: Surroundings, folder: Path, caps: Caps = CAPS
) -> CheckedFile:
    """Sort a file's rows, and measure the whole; `folder` is for what does not stay in memory, and for the result.

    Raises what reading the blocks raises, TooLarge when more rows share a key than can be looked at together, and
    Rejected when the engine cannot run the rules over these rows, which trying again would not change.
    """
    try:
        return _checked(blocks, contract, around, folder, caps)
    except ENGINE_FAULTS as error:
        # What the engine says may repeat a value.
        said = type(error).__name__ if contract.keeps_back else told_by(error)
        raise Rejected(
            f"The contract of {contract.dataset}, version {contract.version}, cannot be run over this file: {said}.",
            "Correct the contract, deploy it and upload the file again; ./scripts/serin validate checks contracts.",
        ) from error


def _checked(blocks: Blocks, contract: Contract, around: Surroundings, folder: Path, caps: Caps) -> CheckedFile:
    check = _Check(contract, around, folder, caps)
    check.add_each(blocks)
    check.look_together(blocks)
    tally = check.tally
    verdict = judge(tally, check.columns, contract, around)
    names = tuple(column.name for column in contract.columns)
    accepted = check.join("accepted", names) if tally.accepted else None
    quarantine = check.join("quarantine") if tally.rows > tally.accepted else None
    return CheckedFile(
        **vars(verdict),
        accepted=accepted,
        quarantine=quarantine,
        corrects=check.corrects(),
        digests=check.digests(),
        claims=check.claims(),
        columns=check.columns,
        tally=tally,
        size=check.size,
        still_bad=check.still_bad(quarantine),
    )


class _Check:
    """The blocks of one file so far: each is sorted for itself.

    The rows of the newest are in memory, and those of the others in two files each: most files have one block, whose
    rows are written once.
    """

    def __init__(self, contract: Contract, around: Surroundings, folder: Path, caps: Caps) -> None:
        self._contract, self._around, self._folder, self._caps = contract, around, folder, caps
        errors, warnings, counted = judged_rules(contract, around)
        self._scoped = scoped_rules(contract)
        self._keys = Keys([*errors, *warnings, *counted], folder)
        self._tallies: list[Tally] = []
        self._late: list[Tally] = []
        self._sizes: dict[int, int] = {}
        self._origins: list[pl.DataFrame] = []
        self._repeated = 0
        self._newest: Mapping[str, pl.DataFrame] = {}
        self._last = ("", pl.DataFrame())
        self.columns: Sequence[str] = ()

    @property
    def tally(self) -> Tally:
        """Of all rows."""
        return reduce(add, [*self._tallies, *self._late])

    @property
    def size(self) -> int:
        """The bytes that the accepted rows take in memory."""
        return sum(self._sizes.values())

    def add_each(self, blocks: Blocks) -> None:
        """Sort every block; the text of the last is let go of with those before it."""
        for table in blocks:
            self._add(table)

    def _add(self, table: Table) -> None:
        sorted_rows = sort_rows(table, self._contract, self._around)
        self._spill()
        self.columns = table.columns
        self._tallies.append(sorted_rows.tally)
        if table.origins is not None:
            self._origins.append(table.origins.with_columns(table.numbers.alias(_OWN)).drop_nulls())
        self._measure(len(self._tallies) - 1, sorted_rows.accepted)
        self._newest = {"accepted": sorted_rows.accepted, "quarantine": sorted_rows.quarantine}
        self._last = (table.name, sorted_rows.typed.select(self._keys.columns))

    def look_together(self, blocks: Blocks) -> None:
        """Sort the rows that share a key again, all of them together, and the rest of their blocks without them."""
        if len(self._tallies) < _SEVERAL:
            return
        self._spill()
        repeated, aside = self._keys.repeated(), dict[int, Table]()
        for index in self._keys.blocks_with(repeated):
            aside[index] = self._set_aside(blocks.again(index), index, repeated)
            self._refuse_more(aside[index].name, sum(table.rows for table in aside.values()))
            check_size([table.text for table in aside.values()], aside[index].name, self._caps)
        if aside:
            late = sort_rows(joined(list(aside.values())), self._contract, self._around)
            self._late = [late.tally]
            for index, table in aside.items():
                self._merge(index, table.numbers, late)

    def join(self, kind: str, columns: Sequence[str] = ()) -> Path:
        """One file of the rows of every block."""
        into = self._folder / f"{kind}.parquet"
        if self._newest:
            write_parquet(self._newest[kind].select(columns or pl.all()), into)
            return into
        join_parquet([self._file(kind, index) for index in range(len(self._tallies))], columns, into)
        return into

    def corrects(self) -> Path | None:
        """The file of the rows that this file's take the place of, if there are any."""
        into = self._folder / "corrects.parquet"
        if not any(origins.height for origins in self._origins):
            return None
        into.write_bytes(to_parquet(pl.concat(self._origins).drop(_OWN)))
        return into

    def still_bad(self, quarantine: Path | None) -> int:
        """How many rows that correct others are among those this file sets aside."""
        if quarantine is None or not self._origins:
            return 0
        aside = pl.read_parquet(quarantine, columns=[ROW], glob=False)
        return pl.concat(self._origins).join(aside, left_on=_OWN, right_on=ROW, how="semi").height

    def digests(self) -> Path:
        """The file of the digests of the accepted rows of every block."""
        return self._joined("digests")

    def claims(self) -> Mapping[str, Path]:
        """By rule, the file of what the accepted rows of every block claim."""
        return {rule.id: self._joined(f"claims-{place}") for place, rule in enumerate(self._scoped)}

    def _set_aside(self, table: Table, index: int, repeated: Mapping[str, Hashes]) -> Table:
        """The rows of a block that share a key; the others are sorted without them."""
        shared = self._keys.among(typed_values(table, self._contract, self._around), repeated)
        rest = sort_rows(table.only(~shared, ragged=True), self._contract, self._around)
        self._tallies[index] = rest.tally
        self._write(index, rest.accepted, rest.quarantine)
        own = table.only(shared, ragged=False)
        # A filtered text holds on to all of the block's, until it is written.
        return replace(own, text=from_parquet(to_parquet(own.text)))

    def _merge(self, index: int, numbers: pl.Series, late: Sorted) -> None:
        merged = []
        for kind, frame in (("accepted", late.accepted), ("quarantine", late.quarantine)):
            own = pl.read_parquet(self._file(kind, index), glob=False)
            merged.append(pl.concat([own, frame.filter(pl.col(ROW).is_in(numbers.implode()))]).sort(ROW))
        self._write(index, *merged)

    def _spill(self) -> None:
        """Write the rows and keys of the newest block to files, which make room for those of another."""
        if self._newest:
            name, keys = self._last
            self._repeated += self._keys.add(keys)
            self._refuse_more(name, self._repeated)
            self._write_files(len(self._tallies) - 1, **self._newest)
            self._newest = {}

    def _write(self, index: int, accepted: pl.DataFrame, quarantine: pl.DataFrame) -> None:
        self._measure(index, accepted)
        self._write_files(index, accepted, quarantine)

    def _measure(self, index: int, accepted: pl.DataFrame) -> None:
        self._sizes[index] = size_in_memory(accepted)
        digests = row_digests(accepted.drop(ROW), self._around.narrower).astype(DTYPE, copy=False)
        self._file("digests", index, "").write_bytes(digests.tobytes())
        for place, rule in enumerate(self._scoped):
            self._file(f"claims-{place}", index, "").write_bytes(claims_of(accepted, rule, self._contract).tobytes())

    def _write_files(self, index: int, accepted: pl.DataFrame, quarantine: pl.DataFrame) -> None:
        for kind, frame in (("accepted", accepted), ("quarantine", quarantine)):
            frame.write_parquet(self._file(kind, index), compression="lz4", statistics=False)

    def _file(self, kind: str, index: int, end: str = ".parquet") -> Path:
        return self._folder / f"{kind}-{index:06}{end}"

    def _joined(self, kind: str) -> Path:
        """The files of that kind of every block, one behind the other."""
        into = self._folder / kind
        with into.open("wb") as file:
            for index in range(len(self._tallies)):
                file.write(self._file(kind, index, "").read_bytes())
        return into

    def _refuse_more(self, name: str, rows: int) -> None:
        most = self._caps.rows_together(len(self.columns))
        if rows > most:
            raise TooLarge(
                f"{name}: {rows:,} rows or more say a key that another row says too; {most:,} can be compared.",
                "Write each row once, or split the file by its key and upload each part.",
            )
