"""One effect, as the audit shows it.

An entry follows from the record of its effect by the rules beside this file and is written in the transaction that
writes the record. It names the effect, so the same effect again, after a redelivery or a restart, is the same entry.
It repeats nothing that came out of data: what a file held, or why rows were refused, is said by the record it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from serin.domain.names import digest

Area = Literal["data", "trainings", "registry", "releases", "people", "watch", "access"]
"""What an entry is about, and with that which functions may write it."""
OF_MODELS: tuple[Area, ...] = ("trainings", "registry", "releases", "people", "watch")
"""The areas whose entries belong to a model; those of `data` belong to a dataset, those of `access` to the stage."""
STAGE = "stage"
"""Whose the entries of `access` are."""
EVERYBODYS = "all models"
"""Whose the entries of `watch` are that are about what models share; no model is called so."""

What = (
    Literal["upload accepted", "upload set aside", "upload rejected"]
    | Literal["erasure began", "erasure ended"]
    | Literal["training asked for", "training began", "training ended", "version registered", "version withdrawn"]
    | Literal["release asked for", "release began", "step taken", "calls moved", "release judged", "release ended"]
    | Literal["wished", "question put", "question answered", "question closed"]
    | Literal["episodes opened", "episodes acknowledged", "episodes closed", "feedback capped"]
    | Literal["alarm went off", "alarm is over"]
    | Literal["row corrected", "backfill asked for", "batch asked for"]
    | Literal["token made", "token revoked"]
)


@dataclass(frozen=True)
class Entry:
    """One effect: `what` was done to `about`, of `owner`: a model or all, a dataset or, for `access`, the stage.

    `by` owns the `token` and had that `role`; none of them where the platform did it by itself. `correlation` is what
    it all began with, where the record knows it: the steps of a release have that of the release they name. `digest` is
    of what was shown to who decided, or else of the record. `said` is one line for people.
    """

    id: str
    at: datetime
    area: Area
    owner: str
    what: What
    about: str
    said: str = ""
    by: str | None = None
    token: str | None = None
    role: str | None = None
    correlation: str | None = None
    digest: str | None = None


def entry_id(*named: str) -> str:
    """The id of the effect that these words name."""
    return digest("audit", *named)[:32]
