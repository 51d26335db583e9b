"""People who were erased: which files are taken in without them, and which values they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from serin.domain.contracts import Contract
from serin.domain.erasures import Erasure
from serin.domain.personal import salt_name
from serin.ports import Catalog, SaltReads


def covering(contract: Contract, arrived: datetime | None, *, catalog: Catalog) -> Sequence[Erasure]:
    """The erasures of people whom a file that arrived then may still have; only where people can be known at all."""
    if not contract.hashed:
        return ()
    columns = {column.name for column in contract.hashed}
    known = (one for one in catalog.erasures() if one.column in columns)
    return [one for one in known if one.covers(contract.dataset, arrived)]


def theirs(erasure: Erasure, values: Collection[str], *, salts: SaltReads) -> Collection[str]:
    """Which of the values are the person; nobody knows but by looking at each."""
    secret = salts.secret()
    if secret is None:
        return ()
    return [value for value in values if salt_name(secret, erasure.column, value) == erasure.digest]
