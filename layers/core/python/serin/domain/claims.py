"""Claims: which values of a dataset are held by which of its rows, for rules that want a value once in all uploads."""

from __future__ import annotations

from dataclasses import dataclass

from serin.domain.contracts import Contract, Rule
from serin.domain.names import digest


@dataclass(frozen=True)
class ClaimSet:
    """Immutable files of `entries` claims below `key`, in 2^`bits` shards by the first bits of what they are sorted by.

    So a few values are looked for in a few files of bounded size, however many claims there are.
    """

    key: str
    entries: int
    bits: int


def scoped_rules(contract: Contract) -> tuple[Rule, ...]:
    """The rules of a contract that want a value once among all uploads."""
    return tuple(rule for rule in contract.rules if rule.scope == "dataset")


def claims_name(rule: Rule, contract: Contract) -> str:
    """Names what is kept for a rule: of other columns, types or keys it would be something else."""
    types = {column.name: column.type for column in contract.columns}
    columns = (*rule.columns, "/", *(contract.primary_key or (contract.repeated_rows, *types)))
    return digest(*(f"{name}:{types.get(name, '')}" for name in columns))[:16]
