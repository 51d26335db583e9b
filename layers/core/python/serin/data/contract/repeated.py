"""Keys that a file's rows share, found among all of its rows without holding more of each than 64 bits.

Rows that have one key have one hash, so a row whose hash nobody else has is unique, and only the others have to be
looked at together: that two keys may have one hash changes nothing but how many these are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from serin.domain.contracts import Rule

Hashes = npt.NDArray[np.uint64]


class Keys:
    """The hashes of the keys of every block, for each rule of the kind `unique`; on disk until they are compared."""

    def __init__(self, rules: Sequence[Rule], folder: Path) -> None:
        self._rules = [rule for rule in rules if rule.kind == "unique"]
        self._files = {rule.id: folder / f"keys-{number}" for number, rule in enumerate(self._rules)}
        self._blocks: list[Mapping[str, int]] = []
        for file in self._files.values():
            file.write_bytes(b"")

    @property
    def columns(self) -> Sequence[str]:
        """The columns that keys are of."""
        return list(dict.fromkeys(name for rule in self._rules for name in rule.columns))

    def add(self, typed: pl.DataFrame) -> int:
        """Keep the keys of a block's rows; of how many of these another row of the block has a key."""
        hashes = {rule.id: _hashes(typed, rule).drop_nulls() for rule in self._rules}
        for name, found in hashes.items():
            with self._files[name].open("ab") as file:
                found.to_numpy().tofile(file)
        self._blocks.append({name: len(found) for name, found in hashes.items()})
        return max((len(found) - found.n_unique() for found in hashes.values()), default=0)

    def repeated(self) -> Mapping[str, Hashes]:
        """By rule, the hashes that several rows have, in their order."""
        return {name: _repeated(np.fromfile(file, dtype=np.uint64)) for name, file in self._files.items()}

    def blocks_with(self, repeated: Mapping[str, Hashes]) -> Iterator[int]:
        """The blocks that have such a row."""
        for index, block in enumerate(self._blocks):
            if any(self._has(index, name, repeated[name]) for name in block):
                yield index

    def among(self, typed: pl.DataFrame, repeated: Mapping[str, Hashes]) -> pl.Series:
        """True for each row that has such a key, by any rule."""
        again = np.zeros(typed.height, dtype=np.bool_)
        for rule in self._rules:
            hashes = _hashes(typed, rule)
            again |= within(hashes.fill_null(0).to_numpy(), repeated[rule.id]) & hashes.is_not_null().to_numpy()
        return pl.Series(again)

    def _has(self, index: int, name: str, repeated: Hashes) -> bool:
        before = sum(block[name] for block in self._blocks[:index])
        count = self._blocks[index][name]
        own = np.fromfile(self._files[name], dtype=np.uint64, count=count, offset=before * 8)
        return bool(within(own, repeated).any())


def _hashes(typed: pl.DataFrame, rule: Rule) -> pl.Series:
    """One for each row; null where a part of the key is, for such a row repeats nothing."""
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in rule.columns)
    hashes = typed.select(rule.columns).hash_rows().alias("hash")
    return typed.select(pl.when(known).then(pl.lit(hashes))).to_series()


def _repeated(hashes: Hashes) -> Hashes:
    hashes.sort()
    return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])


def within(hashes: Hashes, wanted: Hashes) -> npt.NDArray[np.bool_]:
    """True where a hash is among those wanted, which are in order."""
    if not len(wanted):
        return np.zeros(len(hashes), dtype=np.bool_)
    places = np.minimum(np.searchsorted(wanted, hashes), len(wanted) - 1)
    return np.equal(wanted[places], hashes)
