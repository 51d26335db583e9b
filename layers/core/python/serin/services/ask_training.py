"""A training whose charter wants somebody's word waits for it, before a trial is paid for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from serin.domain.approvals import Approval, Waiting, asked_of_training
from serin.domain.charter import Charter
from serin.domain.errors import Denied, Unavailable
from serin.domain.experiments import TrainingSet, Trial
from serin.domain.names import digest
from serin.domain.plain_numbers import how_many
from serin.domain.records import record_digest
from serin.ports import Catalog, Clock, Notices
from serin.services.steps.approvals import approvals_of, requesters
from serin.services.steps.questions import as_kept, how_to_answer, keep_asking, refused_by, withdraw
from serin.services.train_model import Checked


class Answered(Exception):
    """Somebody has answered while the training lay down to wait: it looks again."""


def ask_training(
    charter: Charter,
    run_id: str,
    training_set: TrainingSet,
    trials: Sequence[Trial],
    checked: Checked,
    roles: Sequence[str],
    *,
    catalog: Catalog,
    clock: Clock,
    notices: Notices,
) -> bool:
    """Whether each role agrees to the training, as it is now; who has not been asked is, and is reminded each day.

    What was agreed to is this training set, code, charter, warnings and trials, by those who have the roles: once any
    is another the answers are void. Raises Denied where somebody said no, or nobody answered in time.
    """
    said = _Question(charter, run_id, training_set, trials, checked)
    requested_by = requesters(charter.model, run=run_id, catalog=catalog)
    asked = [as_kept(said.to(role, requested_by, clock), catalog=catalog) for role in roles]
    answers = [keep_asking(one, lambda put: _tell(put, notices), catalog=catalog, clock=clock) for one in asked]
    if refused := [reason for reason in map(refused_by, answers) if reason]:
        for left in (answer for answer in answers if answer.is_open):
            withdraw(left, f"the training has ended: {refused[0]}", clock.now(), catalog=catalog)
        raise Denied(refused[0], f"Settle it, and train again: ./scripts/serin train {charter.model}.")
    open_roles = [answer.roles[0] for answer in answers if answer.status != "approved"]
    run = catalog.run(charter.model, run_id)
    reason = f"Waits for the word of {' and '.join(open_roles)}." if open_roles else None
    catalog.save_run(replace(run, reason=reason))
    return not open_roles


def wait_for_answer(model: str, run_id: str, token: str, *, catalog: Catalog) -> None:
    """Remember how the training is woken; raises Answered where there is nothing to wait for any more."""
    catalog.save_waiting(Waiting(model, run_id, token))
    # Who answers keeps the answer first and wakes then: one of both sees the other.
    asked = [one for one in approvals_of(model, catalog=catalog) if one.run == run_id]
    if any(one.status in ("rejected", "expired") for one in asked) or not any(one.is_open for one in asked):
        raise Answered(f"the questions of run {run_id} are answered")


class _Question:
    def __init__(
        self, charter: Charter, run: str, training_set: TrainingSet, trials: Sequence[Trial], checked: Checked
    ) -> None:
        self._charter, self._run, self._set, self._trials, self._checked = charter, run, training_set, trials, checked

    def to(self, role: str, requested_by: tuple[str, ...], clock: Clock) -> Approval:
        """As it would be put now to who has that role."""
        training_set, model = self._set, self._charter.model
        warned = " ".join(f"{warning.rstrip('.')}." for warning in self._checked.warnings)
        question = (
            f"Shall {model} be trained on {training_set.rows:,} rows until {training_set.last:%Y-%m-%d}, with "
            f"{how_many(len(self._trials), 'trial')}? {warned}"
        ).strip()
        figures = {"rows": training_set.rows, "learnable": training_set.learnable, "trials": len(self._trials)}
        about = (training_set.id, training_set.columns_digest, training_set.code, self._charter.digest())
        holders = record_digest(self._charter.people.holders((role,)))
        shown = digest(question, *about, self._checked.lock, record_digest(figures), role, holders)
        return asked_of_training(model, self._run, question, figures, shown, clock.now(), (role,), requested_by)


def _tell(question: Approval, notices: Notices) -> None:
    """Let people know; that nobody took the notice stops no training, and tomorrow there is another one."""
    try:
        notices.publish(f"A training of {question.model} waits for an answer", f"{how_to_answer(question)}\n")
    except Unavailable:
        return
