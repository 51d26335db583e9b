"""A person is to be erased: what that reaches, and once it is confirmed, its beginning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from serin.domain.charter import Charter
from serin.domain.erasures import Erasure, endings, reach
from serin.domain.errors import Invalid, NotFound
from serin.domain.names import digest
from serin.domain.personal import pseudonym, salt_name
from serin.domain.printable import printable
from serin.ports import Catalog, Clock, Erasures, SaltReads


@dataclass(frozen=True)
class ErasureWanted:
    """Who is to be erased: the value of a column, in one dataset or in all that a model reads (`target`)."""

    target: str
    column: str
    value: str
    confirmed: bool = False


def begin_erasure(
    wanted: ErasureWanted,
    charters: Mapping[str, Charter],
    by: str,
    *,
    salts: SaltReads,
    catalog: Catalog,
    erasures: Erasures,
    clock: Clock,
    logged: int,
) -> Erasure:
    """The erasure as it is planned, and begun where it is confirmed; one that is under way is answered as it is.

    `logged` is how many days the stage keeps logs.

    Raises Invalid where people are not known by that column, NotFound where nobody of that value is known.
    """
    datasets, models = _reach(wanted, charters)
    secret = salts.secret()
    name = "" if secret is None else salt_name(secret, wanted.column, wanted.value)
    if under_way := _under_way(name, datasets, catalog):
        erasures.start(under_way)
        return replace(under_way, pseudonym=None)
    salt = salts.read([name]).get(name) if name else None
    if salt is None:
        raise NotFound(
            f"Nobody of that {wanted.column} is known: no file has had them, or they are erased.",
            "Look at `serin erase` for what was erased; a value has to be written as files have it.",
            "value",
        )
    now = clock.now()
    erasure = Erasure(
        digest("erasure", name, now.isoformat())[:32],
        *(wanted.column, name, datasets, models, by, now),
        versions=tuple(f"{model}/{one.version}" for model in models for one in catalog.versions(model)),
        endings=endings(now, logged),
    )
    if wanted.confirmed:
        # Before the workflow begins, which looks for it.
        begun = replace(erasure, pseudonym=pseudonym(salt, wanted.column, wanted.value), versions=())
        catalog.save_erasure(begun)
        erasures.start(begun)
    return erasure


def _reach(wanted: ErasureWanted, charters: Mapping[str, Charter]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The datasets the person is erased from, and every model that reads one of them."""
    target, column = wanted.target, wanted.column
    asked = [charters[target]] if target in charters else list(charters.values())
    datasets = reach(column, None if target in charters else target, asked)[0]
    if not datasets:
        known = sorted({name for charter in charters.values() for name in charter.compliance.hashed})
        raise Invalid(
            f"Nobody is known by {printable(column)} in {printable(target)}.",
            f"Name a model or a dataset, and a column that a charter hashes: {', '.join(known) or 'there is none'}.",
            "column",
        )
    models = [name for name, charter in charters.items() if {use.name for use in charter.datasets} & {*datasets}]
    return datasets, tuple(sorted(models))


def _under_way(name: str, datasets: tuple[str, ...], catalog: Catalog) -> Erasure | None:
    return next(
        (
            one
            for one in catalog.erasures()
            if one.digest == name and one.status != "ended" and {*datasets} <= {*one.datasets}
        ),
        None,
    )
