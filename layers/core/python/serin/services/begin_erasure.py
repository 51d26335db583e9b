"""A person is to be erased: what that reaches, and once it is confirmed, its beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from serin.domain.charter import Charter
from serin.domain.erasures import Erasure, endings, reach
from serin.domain.errors import Invalid, NotFound
from serin.domain.names import digest
from serin.domain.personal import pseudonym, salt_name
from serin.domain.printable import printable
from serin.domain.spellings import other_spellings
from serin.ports import Catalog, Clock, Erasures, SaltReads


@dataclass(frozen=True)
class ErasureWanted:
    """Who is to be erased: the value of a column of `target`, a dataset or one that a model reads.

    Wherever else columns of that name are hashed the person goes too: they have one salt for all.
    """

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
        raise _nobody(wanted.column, name, catalog, spelt_otherwise(wanted.column, wanted.value, salts=salts))
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


def spelt_otherwise(column: str, value: str, *, salts: SaltReads) -> tuple[str, ...]:
    """Values that are known of the column and differ from this one in how they are written: other people, or none."""
    secret = salts.secret()
    if secret is None:
        return ()
    names = {spelt: salt_name(secret, column, spelt) for spelt in other_spellings(value)}
    known = salts.read(list(names.values()))
    return tuple(spelt for spelt, name in names.items() if name in known)


def _nobody(column: str, name: str, catalog: Catalog, others: Sequence[str]) -> NotFound:
    """What is said of a value without a salt, of which `others` are other spellings."""
    before = [one for one in catalog.erasures() if one.digest == name]
    if before:
        last = max(before, key=lambda one: one.ended or one.at)
        found = f"That {column} was erased on {last.ended or last.at:%Y-%m-%d} as {last.id}; no file has had it since."
        return NotFound(found, "There is nothing to be done: who comes in another file is somebody new.", "value")
    remedy = "Write the value as files have it: `Q7`, `q7` and ` Q7` are three people."
    if others:
        remedy += f" Known are {', '.join(repr(printable(one)) for one in others)}."
    return NotFound(f"Nobody of that {column} is known: no file has had them.", remedy, "value")


def _reach(wanted: ErasureWanted, charters: Mapping[str, Charter]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The datasets the person is erased from, and every model that reads one of them."""
    target, column = wanted.target, wanted.column
    datasets = reach(column, charters.values())
    meant = {use.name for use in charters[target].datasets} if target in charters else {target}
    if meant.isdisjoint(datasets):
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
