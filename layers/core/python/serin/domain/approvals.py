"""A question that only people can answer, with what they were shown: one entity for whatever asks.

An approval is of what was shown and of nothing else: its digest names the question, the figures and what they are of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from serin.domain.errors import Conflict
from serin.domain.names import digest

Word = Literal["approve", "reject"]
ApprovalStatus = Literal["open", "approved", "rejected", "expired", "void"]
ANSWER_WITHIN = timedelta(days=7)
REMIND_EVERY = timedelta(days=1)
_ID = 16
OTHER = "what was shown is no longer so: "
REPLACED = f"{OTHER}see approval "


@dataclass(frozen=True)
class Answer:
    """What a person or a pipeline said: `by` owns the token of that id, and has that role; `why` in their words."""

    word: Word
    by: str
    token: str
    at: datetime
    why: str = ""
    role: str | None = None


@dataclass(frozen=True)
class Waiting:
    """A training that waits for people; by the `token` of its task it is woken, so nobody is shown that."""

    model: str
    run: str
    token: str


@dataclass(frozen=True)
class Approval:
    """A question about a release of a model version or about a training, and its answer once there is one.

    `release` and `version`, or the `run`, are what it is about. `shown` names the figures, the files they are of, and
    who has the `roles` of which one may answer (none: whoever has the scope); once any is another the approval is
    `void`, answered or not, and `because` says why. `told` is when people were told or reminded last. `revision` counts
    its changes. `requested_by` are the people who asked for the release, and for the training that made the version or
    is asked about; nobody for what began by itself. `ended` is when it was closed without an answer that counts.
    `replaced_by` is the approval that asks the same now that what was shown is another.
    """

    id: str
    model: str
    release: str | None
    version: int | None
    question: str
    figures: Mapping[str, float]
    shown: str
    at: datetime
    expires: datetime
    told: datetime
    roles: tuple[str, ...] = ()
    status: ApprovalStatus = "open"
    answer: Answer | None = None
    because: str | None = None
    revision: int = field(default=1)
    run: str | None = None
    requested_by: tuple[str, ...] = ()
    ended: datetime | None = None
    replaced_by: str | None = None

    @property
    def about(self) -> str | None:
        """The id of the release or the run that waits for it."""
        return self.run or self.release

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.status == "open"

    def expired_at(self, now: datetime) -> bool:
        """Whether nobody has answered in time."""
        return self.is_open and now >= self.expires

    def reminds_at(self, now: datetime) -> bool:
        """Whether people are to be told again."""
        return self.is_open and now >= self.told + REMIND_EVERY

    def answered(self, answer: Answer) -> Approval:
        """With its answer; Conflict where it has one, or asks no more."""
        if self.expired_at(answer.at) or not self.is_open:
            status = "expired" if self.is_open else self.status
            by = f" by {self.answer.by}" if self.answer and status in ("approved", "rejected") else ""
            because = f": {self.because}" if self.because else ""
            raise Conflict(
                f"The approval {self.id} is {status}{by}{because}.", "List the open ones: ./scripts/serin approve."
            )
        status = "approved" if answer.word == "approve" else "rejected"
        return replace(self, status=status, answer=answer, revision=self.revision + 1)

    def closed(
        self, status: Literal["expired", "void"], because: str, at: datetime, replaced_by: str | None = None
    ) -> Approval:
        """Without effect from here on."""
        after = replace(self, status=status, because=because, revision=self.revision + 1)
        return replace(after, ended=at, replaced_by=replaced_by)

    @property
    def was_replaced(self) -> bool:
        """Whether another question took its place; before that was kept, the reason alone said so."""
        said = self.because is not None and self.because.startswith(REPLACED)
        return self.status == "void" and (self.replaced_by is not None or said)

    def once_more(self) -> Approval:
        """The same question as another one, of which nothing has been said yet."""
        return replace(self, id=digest("approval", self.id)[:_ID])

    def reminded(self, now: datetime) -> Approval:
        """Told again."""
        return replace(self, told=now, revision=self.revision + 1)


def asked(
    model: str,
    release: str,
    version: int,
    question: str,
    figures: Mapping[str, float],
    shown: str,
    now: datetime,
    roles: tuple[str, ...] = (),
    requested_by: tuple[str, ...] = (),
) -> Approval:
    """A question put at that moment; the same about the same is the same approval, however often it is put."""
    name, until = digest("approval", model, release, shown)[:_ID], now + ANSWER_WITHIN
    return Approval(
        *(name, model, release, version, question, figures, shown, now, until, now, roles), requested_by=requested_by
    )


def asked_of_training(
    model: str,
    run: str,
    question: str,
    figures: Mapping[str, float],
    shown: str,
    now: datetime,
    roles: tuple[str, ...],
    requested_by: tuple[str, ...] = (),
) -> Approval:
    """The same about a training that waits."""
    name, until = digest("approval", model, run, shown)[:_ID], now + ANSWER_WITHIN
    return Approval(
        *(name, model, None, None, question, figures, shown, now, until, now, roles), run=run, requested_by=requested_by
    )
