"""Taking a version out of use: for what was found out about it later, such as a column that held the answer."""

from __future__ import annotations

from serin.domain.errors import Conflict
from serin.domain.models import Withdrawal
from serin.ports import Catalog, Clock


def withdraw_version(model: str, version: int, why: str, by: str, *, catalog: Catalog, clock: Clock) -> Withdrawal:
    """Remember that a version is withdrawn, and why; NotFound for one nobody registered.

    A version that is live answers on until another one is: the next challenger need not beat it.
    """
    catalog.version(model, version)
    withdrawal = Withdrawal(model, version, why, by, clock.now())
    if not catalog.withdraw(withdrawal):
        known = catalog.withdrawal(model, version)
        reason = "" if known is None else f": {known.why}"
        raise Conflict(f"Version {version} of {model} is withdrawn already{reason}.", "Nothing to do.")
    return withdrawal


def refuse_withdrawn(model: str, version: int, *, catalog: Catalog) -> None:
    """Raise Conflict for a version that must not go live."""
    known = catalog.withdrawal(model, version)
    if known is not None:
        raise Conflict(
            f"Version {version} of {model} was withdrawn by {known.by} at {known.at:%Y-%m-%d %H:%M}Z: {known.why}.",
            "Release another version, with `release start --version N`, or train again.",
        )
