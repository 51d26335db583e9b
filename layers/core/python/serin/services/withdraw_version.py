"""Taking a version out of use: for what was found out about it later, such as a column that held the answer."""

from __future__ import annotations

from serin.domain.errors import Conflict
from serin.domain.models import Withdrawal
from serin.ports import Catalog, Clock


def withdraw_version(model: str, version: int, why: str, by: str, *, catalog: Catalog, clock: Clock) -> Withdrawal:
    """Remember that a version is withdrawn, and why; NotFound for one nobody registered.

    A version that is live answers on until another one is: the next challenger need not beat it. One that is being
    released is taken back at its next look.
    """
    catalog.version(model, version)
    withdrawal = Withdrawal(model, version, why, by, clock.now())
    if not catalog.withdraw(withdrawal):
        known = catalog.withdrawal(model, version)
        reason = "" if known is None else f": {known.why}"
        raise Conflict(f"Version {version} of {model} is withdrawn already{reason}.", "Nothing to do.")
    return withdrawal


def why_withdrawn(model: str, version: int, *, catalog: Catalog) -> str | None:
    """Why a version must not go live, as a sentence; None for one that may."""
    known = catalog.withdrawal(model, version)
    if known is None:
        return None
    return f"Version {version} of {model} was withdrawn by {known.by} at {known.at:%Y-%m-%d %H:%M}Z: {known.why}."


def refuse_withdrawn(model: str, version: int, *, catalog: Catalog) -> None:
    """Raise Conflict for a version that must not go live."""
    because = why_withdrawn(model, version, catalog=catalog)
    if because is not None:
        raise Conflict(because, "Release another version, with `release start --version N`, or train again.")
