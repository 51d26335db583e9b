"""Values that are to be there once among all uploads of a dataset: which are held, and what an upload adds.

Claim sets are immutable and named by content; those that count are named by the part of the head. An upload looks for
its own values in the shards that may have them, so a small one costs the same however many there are; it adds one set,
and merges the newest where there are many, so that there are some plus the logarithm of the rows. Where a contract has
gained the rule, the first upload reads what was accepted before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path

from serin.data.contract.claims import Claims, Held, Side, bits_of, claims_in, claims_of, shards_of, together
from serin.domain.claims import ClaimSet, claims_name, scoped_rules
from serin.domain.contracts import Contract, Rule
from serin.domain.datasets import DatasetHead
from serin.domain.names import digest
from serin.ports import Catalog, ObjectStore
from serin.services.steps.listed_segments import segments_up_to
from serin.services.steps.segments import rows_of

_SETS = 8
_MERGED = 4_000_000


@dataclass(frozen=True)
class DatasetClaims:
    """What the rules of a contract find held at a head, which the next upload is judged by."""

    contract: Contract
    before: DatasetHead
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog
    _sets: dict[str, tuple[ClaimSet, ...]] = field(default_factory=dict)
    _shards: dict[tuple[str, Side, int], Claims] = field(default_factory=dict)

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules that look at all uploads."""
        return scoped_rules(self.contract)

    def held(self) -> Mapping[str, Held]:
        """By a rule's id, the values that are held."""
        return {rule.id: Held(self._of(rule), rule, self.contract, self._read) for rule in self.rules}

    def after(self, claimed: Mapping[str, Path]) -> Mapping[str, tuple[ClaimSet, ...]]:
        """By `claims_name`, the sets that count after an upload whose accepted rows claim what is in these files."""
        return {claims_name(rule, self.contract): self._with(rule, claimed[rule.id]) for rule in self.rules}

    def _with(self, rule: Rule, claimed: Path) -> tuple[ClaimSet, ...]:
        sets, own = self._of(rule), claims_in(claimed.read_bytes())
        if not len(own):
            return sets
        merged = _merged(sets, len(own))
        claims = together([own, *(shard for one in merged for shard in self._whole(one))], self.contract)
        return (self._stored(claims), *sets[len(merged) :]) if len(claims) else sets

    def _of(self, rule: Rule) -> tuple[ClaimSet, ...]:
        """The sets of a rule, newest first."""
        if rule.id not in self._sets:
            self._sets[rule.id] = self._kept(rule) if self.before.sequence else ()
        return self._sets[rule.id]

    def _kept(self, rule: Rule) -> tuple[ClaimSet, ...]:
        last = self.catalog.part(self.contract.dataset, self.before.sequence)
        sets = last.claims.get(claims_name(rule, self.contract))
        return self._caught_up(rule) if sets is None else sets

    def _caught_up(self, rule: Rule) -> tuple[ClaimSet, ...]:
        """All that was accepted before there was the rule, as one set."""
        names = [column.name for column in self.contract.columns]
        needed = self.contract.only({*rule.columns, *(self.contract.primary_key or names)})
        segments = segments_up_to(self.before, catalog=self.catalog)
        rows = rows_of(segments, self.before.sequence, needed, lake=self.lake)
        claims = together([claims_of(frame, rule, needed) for frame in rows][::-1], self.contract)
        return (self._stored(claims),) if len(claims) else ()

    def _stored(self, claims: Claims) -> ClaimSet:
        bits = bits_of(len(claims))
        key = f"datasets/{self.contract.dataset}/claims/{digest(claims.tobytes())[:32]}"
        for side in _sides(self.contract):
            for number, shard in enumerate(shards_of(claims, side, bits)):
                self.lake.put(f"{key}/{side}-{number:04}", shard.tobytes())
        return ClaimSet(key, len(claims), bits)

    def _read(self, one: ClaimSet, side: Side, shard: int) -> Claims:
        name = (one.key, side, shard)
        if name not in self._shards:
            self._shards[name] = claims_in(self.lake.get(f"{one.key}/{side}-{shard:04}"))
        return self._shards[name]

    def _whole(self, one: ClaimSet) -> Iterator[Claims]:
        side = _sides(self.contract)[-1]
        return (self._read(one, side, shard) for shard in range(1 << one.bits))


def _sides(contract: Contract) -> tuple[Side, ...]:
    """How claims are looked for: by the row's key too where a row may say another value later."""
    return ("value", "key") if contract.primary_key else ("value",)


def _merged(sets: Sequence[ClaimSet], own: int) -> Sequence[ClaimSet]:
    """The newest sets that an upload of so many rows is merged with: none while there are few."""
    merged, size = list[ClaimSet](), own
    if len(sets) < _SETS:
        return merged
    for one in sets:
        if one.entries > 2 * size or size + one.entries > _MERGED:
            break
        merged.append(one)
        size += one.entries
    return merged
