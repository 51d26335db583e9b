"""The reasons for a training, the strongest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from serin.domain.judgement.retraining.decision import Cause
from serin.domain.judgement.retraining.facts import SAID_SOMETHING, Facts
from serin.domain.judgement.retraining.policy import RetrainingPolicy

_NAMED = 3


@dataclass(frozen=True)
class Reason:
    """Why a model should be trained again. `may_train`: by itself; otherwise people are only asked or told.

    `proposes`: a person should decide. A reason that neither trains nor proposes is told for what it is.
    """

    cause: Cause
    because: str
    may_train: bool = True
    proposes: bool = False


def reasons(policy: RetrainingPolicy, facts: Facts) -> Iterator[Reason]:
    """All there are: what truth shows, what inputs show, the version's age, the rows that came, and the calendar."""
    yield from _performance(policy, facts)
    yield from _drift(policy, facts)
    age = facts.now - facts.learnt_until
    if age >= policy.window:
        because = f"its newest rows are {_days(age)} old, and a training learns from those of {_days(policy.window)}"
        yield Reason("age", because)
    if policy.new_rows is not None and facts.new_rows >= policy.new_rows:
        yield Reason("volume", f"{facts.new_rows:,} labelled rows are new, and {policy.new_rows:,} are enough")
    due = due_date(policy, facts)
    if due is not None and facts.now >= due:
        yield Reason("schedule", f"{_days(facts.now - last_word(facts))} have passed, and a training is due after that")


def due_date(policy: RetrainingPolicy, facts: Facts) -> datetime | None:
    """When the calendar asks for a training; None where it does not."""
    return None if policy.every is None else last_word(facts) + policy.every


def last_word(facts: Facts) -> datetime:
    """When a training last could say whether there is a better model, or else when the live one took over."""
    said = [attempt.at for attempt in facts.attempts if attempt.outcome in SAID_SOMETHING]
    return max(said, default=facts.live_since)


def _performance(policy: RetrainingPolicy, facts: Facts) -> Iterator[Reason]:
    judged = facts.performance
    if judged is None or judged.status != "LOSS" or policy.on_performance == "none":
        return
    if facts.truth == "feedback":
        because = f"{_clause(judged.sentence)}, by the word of callers alone, who may err or want to mislead"
        yield Reason("performance", because, may_train=False, proposes=True)
        return
    trains = policy.on_performance == "train"
    yield Reason("performance", _clause(judged.sentence), may_train=trains, proposes=not trains)


def _drift(policy: RetrainingPolicy, facts: Facts) -> Iterator[Reason]:
    if not facts.drifted or policy.on_data_drift == "none":
        return
    more = f" and {len(facts.drifted) - _NAMED} more" if len(facts.drifted) > _NAMED else ""
    because = f"inputs have moved ({', '.join(facts.drifted[:_NAMED])}{more})"
    yield Reason("drift", because, may_train=policy.on_data_drift == "train")


def _clause(sentence: str) -> str:
    return sentence.removesuffix(".")


def _days(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return "1 day" if round(days, 1) == 1 else f"{days:.3g} days"
