"""Which rows say a value that a row of an earlier upload holds, told by digests.

A row of a dataset with a primary key holds what its newest version says, so a value is free again once its row says
another. A row of one without holds it for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from serin.data.contract.digests import Digests, row_digests
from serin.domain.claims import ClaimSet
from serin.domain.contracts import Contract, Rule

Side = Literal["value", "key"]
Claims = npt.NDArray[np.void]
"""Rows of `CLAIM`."""
CLAIM = np.dtype([("value", "<u8"), ("key", "<u8")])
"""The digests of the value a row claims, 0 where it claims none, and of what names the row."""
SHARD = 16_384
Read = Callable[[ClaimSet, Side, int], Claims]
"""Reads a shard of a set, sorted by one side."""


def claims_of(typed: pl.DataFrame, rule: Rule, contract: Contract) -> Claims:
    """What each row claims; a value of which a part is null is none. Without a primary key all of a row names it."""
    claims = np.zeros(typed.height, dtype=CLAIM)
    known = typed.select(pl.all_horizontal(pl.col(name).is_not_null() for name in rule.columns)).to_series().to_numpy()
    claims["value"] = np.where(known, row_digests(typed.select(rule.columns)), np.uint64(0))
    claims["key"] = row_digests(typed.select(contract.primary_key or [column.name for column in contract.columns]))
    return claims


class Held:
    """The values of one rule that are held at a head; `sets` are those of its uploads, newest first."""

    def __init__(self, sets: Sequence[ClaimSet], rule: Rule, contract: Contract, read: Read) -> None:
        self._sets, self._rule, self._contract, self._read = sets, rule, contract, read

    def taken(self, typed: pl.DataFrame) -> pl.Series:
        """True for each row whose value another row holds."""
        claims = claims_of(typed, self._rule, self._contract)
        taken = np.zeros(len(claims), dtype=np.bool_)
        (rows,) = np.nonzero(claims["value"])
        for one in self._sets:
            places, holders = self._matches(one, "value", claims["value"][rows])
            taken[rows[places[self._hold(holders, claims["key"][rows[places]])]]] = True
        return pl.Series(taken)

    def _hold(self, holders: Claims, keys: Digests) -> npt.NDArray[np.bool_]:
        """Whether each of the holders is another row than that of the key beside it, and holds its value still."""
        if self._contract.primary_key:
            other: npt.NDArray[np.bool_] = holders["key"] != keys
            (others,) = np.nonzero(other)
            other[others] = self._still(holders[others])
            return other
        # Equal rows are one row only where the contract ignores repeated ones.
        ignored = self._contract.repeated_rows == "ignored"
        return (holders["key"] != keys) if ignored else np.ones(len(holders), dtype=np.bool_)

    def _still(self, holders: Claims) -> npt.NDArray[np.bool_]:
        """Whether the newest version of each row says the value it held."""
        still, unknown = np.zeros(len(holders), dtype=np.bool_), np.arange(len(holders))
        for one in self._sets:
            places, newest = self._matches(one, "key", holders["key"][unknown])
            still[unknown[places]] = newest["value"] == holders["value"][unknown[places]]
            unknown = np.delete(unknown, places)
        return still

    def _matches(self, one: ClaimSet, side: Side, digests: Digests) -> tuple[npt.NDArray[np.int64], Claims]:
        """Every pair of a place among these digests and a claim of the set with that digest."""
        places, blocks = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=CLAIM)]
        shards = _shards(digests, one.bits)
        for shard in np.unique(shards).tolist():
            claims, (own,) = self._read(one, side, shard), np.nonzero(shards == shard)
            low = np.searchsorted(claims[side], digests[own])
            counts = np.searchsorted(claims[side], digests[own], side="right") - low
            behind = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            places.append(np.repeat(own, counts))
            blocks.append(claims[np.repeat(low, counts) + behind])
        return np.concatenate(places), np.concatenate(blocks)


def together(newest_first: Sequence[Claims], contract: Contract) -> Claims:
    """The claims of several uploads as one: of a row with a primary key only the newest."""
    claims = np.concatenate([np.empty(0, dtype=CLAIM), *newest_first])
    if contract.primary_key:
        _, first = np.unique(claims["key"], return_index=True)
        return claims.take(first)
    return claims.compress(claims["value"] != 0)


def claims_in(content: bytes) -> Claims:
    """The claims that a file holds."""
    return np.frombuffer(content, dtype=CLAIM)


def bits_of(entries: int) -> int:
    """Into how many shards so many claims are cut, as a power of two."""
    return max(0, (entries - 1) // SHARD).bit_length()


def shards_of(claims: Claims, side: Side, bits: int) -> Iterator[Claims]:
    """The claims sorted by one side, shard after shard; who claims no value is among those by key only."""
    own = claims[claims["value"] != 0] if side == "value" else claims
    own = own[np.argsort(own[side], kind="stable")]
    ends = np.searchsorted(_shards(own[side], bits), np.arange(1 << bits), side="right")
    yield from np.split(own, ends[:-1])


def _shards(digests: Digests, bits: int) -> npt.NDArray[np.int64]:
    # A shift by all 64 bits is not defined.
    return (digests >> np.uint64(63 - bits) >> np.uint64(1)).astype(np.int64)
