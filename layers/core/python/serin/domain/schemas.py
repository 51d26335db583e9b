"""The schemas that a dataset's rows were accepted under, and whether today's contract can still read them.

Rows are kept as they were accepted and are brought to today's contract when they are read: a column they do not have is
null, one that is in the contract no more is left out, and a type may widen where every value stays what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from serin.domain.contracts import ColumnType, Contract
from serin.domain.errors import Invalid
from serin.domain.records import record_digest

WIDER: frozenset[tuple[ColumnType, ColumnType]] = frozenset(
    {("integer", "number"), ("integer", "string"), ("date", "string")}
)
"""From type, to type: what has one usual text, or one number, that a file of today would say for it."""


@dataclass(frozen=True)
class Schema:
    """The columns and the primary key of a contract; `version` is the first contract's that had them.

    Of the columns that are `hashed` its rows have digests.
    """

    version: str
    columns: Mapping[str, ColumnType]
    primary_key: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Names what rows look like: neither the contract's version matters nor the order of its columns."""
        hashed = [sorted(self.hashed)] if self.hashed else []
        return record_digest([self.columns, sorted(self.primary_key), *hashed])[:16]


def schema_of(contract: Contract) -> Schema:
    """The schema that rows are accepted under by this contract."""
    columns = {column.name: column.type for column in contract.columns}
    return Schema(contract.version, columns, contract.primary_key, tuple(column.name for column in contract.hashed))


@dataclass(frozen=True)
class SchemaChange:
    """What becomes of rows of an earlier schema under a contract: `refused` where they can be read by it no more."""

    what: str
    remedy: str
    refused: bool = True


def changes(accepted: Iterable[Schema], contract: Contract) -> list[SchemaChange]:
    """What the contract changes about rows that are there already, what is refused first."""
    differences = dict.fromkeys(change for schema in accepted for change in _changes(schema, contract))
    return sorted(differences, key=lambda change: not change.refused)


def refuse_incompatible(accepted: Iterable[Schema], contract: Contract) -> None:
    """Raise Invalid, with what must be done, for a contract by which rows that are there can be read no more."""
    refused = [change for change in changes(accepted, contract) if change.refused]
    if refused:
        raise Invalid(" ".join(change.what for change in refused), refused[0].remedy)


def refuse_retyped(types: Mapping[str, str], contract: Contract) -> None:
    """Raise Invalid where a model that learnt columns of these types would be served other ones by the contract.

    A whole number is a number, and nothing else is what it was once its type is another.
    """
    for column in contract.columns:
        before = types.get(column.name, column.type)
        if before != column.type and (before, column.type) != ("integer", "number"):
            raise Invalid(
                f"{contract.dataset}.{column.name} was {before} when this version was trained, and is {column.type} "
                "now; what it knows of entities stays as it was.",
                "Train and release a version under the new contract.",
            )


def narrower_types(accepted: Iterable[Schema], contract: Contract) -> dict[str, ColumnType]:
    """Column → the type that earlier rows have it in, where today's is wider."""
    pairs = ((column, schema.columns.get(column.name)) for schema in accepted for column in contract.columns)
    return {column.name: kind for column, kind in pairs if kind and (kind, column.type) in WIDER}


def _changes(schema: Schema, contract: Contract) -> Iterator[SchemaChange]:
    dataset, rows = contract.dataset, f"rows accepted under version {schema.version}"
    if set(schema.primary_key) != set(contract.primary_key):
        yield SchemaChange(
            f"{dataset}: {rows} have {_key(schema.primary_key)}, version {contract.version} has "
            f"{_key(contract.primary_key)}; which row replaces which would change for all of them.",
            f"Keep the key, or give the dataset another name and upload its files again. {_BACK}",
        )
    yield from _protections(schema, contract, rows)
    for column in contract.columns:
        place, kind = f"{dataset}.{column.name}", schema.columns.get(column.name)
        if kind is None and column.required:
            yield SchemaChange(
                f"{place}: is required, and {rows} do not have it.",
                f"Leave `required` out and give the column `quality: [{{metric: nullValues, mustBe: 0}}]`: that holds "
                f"for new rows only. If it is a renamed column, keep its name. {_BACK}",
            )
        elif kind not in (None, column.type) and (kind, column.type) not in WIDER:
            yield SchemaChange(
                f"{place}: is {column.type}, and {rows} have it as {kind}.",
                f"Keep {kind}, or give the new column another name. {_BACK}",
            )
    known = {column.name for column in (*contract.columns, *(contract.dropped or ()))}
    if gone := [name for name in schema.columns if name not in known]:
        yield SchemaChange(
            f"{dataset}: {', '.join(gone)} of {rows} is read no more.",
            "Nothing is lost: it is there again once the contract names it. A renamed column begins without values.",
            refused=False,
        )


def _protections(schema: Schema, contract: Contract, rows: str) -> Iterator[SchemaChange]:
    """Values cannot be taken back by a charter, nor can digests become values."""
    dropped = {column.name for column in contract.dropped or ()}
    hashed = {column.name for column in contract.hashed}
    held = {name for name in schema.columns if name in dropped or (name in hashed) != (name in schema.hashed)}
    for name in sorted(held):
        before = "digests" if name in schema.hashed else "values"
        now = "nothing is kept" if name in dropped else "digests are kept" if name in hashed else "values are kept"
        yield SchemaChange(
            f"{contract.dataset}.{name}: {now} of it, and {rows} have its {before}.",
            "Leave design.compliance.personal_data as it was, or give the dataset another name and upload its files "
            f"again. {_BACK}",
        )


def _key(columns: tuple[str, ...]) -> str:
    return f"the primary key {', '.join(columns)}" if columns else "no primary key"


_BACK = "Rows that are there already stay as they are."
