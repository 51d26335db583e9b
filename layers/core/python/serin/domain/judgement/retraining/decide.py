"""Whether a live model is trained again now.

A training costs cents and is judged by a gate before anything changes, so what is rationed is not money but evidence:
each attempt uses up days that judge, and each release moves callers to another model.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from serin.domain.judgement.retraining.causes import Reason, due_date, reasons
from serin.domain.judgement.retraining.decay import loss_per_day, pays_from
from serin.domain.judgement.retraining.decision import Action, Decision, Gain
from serin.domain.judgement.retraining.facts import SAID_SOMETHING, Facts
from serin.domain.judgement.retraining.policy import MONTH, RetrainingPolicy

RETRY = timedelta(days=1)
"""So long after a training that said nothing the next may begin, then twice as long, until it is the cooldown."""
_DAY = timedelta(days=1)


def decide(policy: RetrainingPolicy, facts: Facts) -> Decision:
    """What to do now. Only what trains by itself waits: a proposal is a person's to time."""
    seen = tuple(reasons(policy, facts))
    training = next((reason for reason in seen if reason.may_train), None)
    proposed = next((reason for reason in seen if reason.proposes), None)
    if training is not None:
        held = _held(policy, facts)
        if held is not None:
            because, until = held
            sentence = f"A training waits, {because}: {training.because}"
            return _decision("wait", sentence, training, policy, facts, until)
        return _decision("train", f"A training begins: {training.because}", training, policy, facts, None)
    if proposed is not None:
        sentence = f"A training is proposed, for a person to start: {proposed.because}"
        return _decision("propose", sentence, proposed, policy, facts, _next_date(policy, facts))
    told = next(iter(seen), None)
    said = (
        _no_reason(facts)
        if told is None
        else f"No training: {told.because}, of which the charter asks only to be alerted"
    )
    return _decision("none", said, told, policy, facts, _next_date(policy, facts))


def _held(policy: RetrainingPolicy, facts: Facts) -> tuple[str, datetime | None] | None:
    """Why no training may begin now, and until when; None where one may."""
    if facts.busy is not None:
        return f"for {facts.busy} is under way", None
    fresh, again = _fresh(policy, facts), _again(policy, facts)
    if fresh > facts.now:
        until = max(fresh, again)
        return f"until {until:%d %B %Y}, for the days that would judge it have judged before", until
    if again > facts.now:
        return f"until {again:%d %B %Y}, for the last one ended without a verdict", again
    month = sorted(attempt.at for attempt in facts.attempts if attempt.at > facts.now - MONTH)
    if len(month) >= policy.trainings_per_month:
        if not policy.trainings_per_month:
            return "for the charter allows none", None
        until = month[-policy.trainings_per_month] + MONTH
        return f"until {until:%d %B %Y}, for {policy.trainings_per_month} trainings a month are the most", until
    return None


def _fresh(policy: RetrainingPolicy, facts: Facts) -> datetime:
    """From when on there are days that judge, which neither the live version nor an attempt before has used."""
    return max([facts.learnt_until, *_said(facts)]) + policy.cooldown


def _again(policy: RetrainingPolicy, facts: Facts) -> datetime:
    """From when on it may be tried again after trainings that said nothing; `now` or before without any."""
    since = max(_said(facts), default=facts.live_since)
    silent = sorted(attempt.at for attempt in facts.attempts if attempt.at > since)
    return silent[-1] + min(RETRY * 2 ** min(len(silent) - 1, 20), policy.cooldown) if silent else facts.live_since


def _said(facts: Facts) -> list[datetime]:
    return [attempt.at for attempt in facts.attempts if attempt.outcome in SAID_SOMETHING]


def _next_date(policy: RetrainingPolicy, facts: Facts) -> datetime | None:
    """The earlier of the calendar's date and the one from which a training pays, once one may begin."""
    dates = [date for date in (due_date(policy, facts), pays_from(facts)) if date is not None]
    return max(min(dates), _fresh(policy, facts), _again(policy, facts), facts.now) if dates else None


def _no_reason(facts: Facts) -> str:
    judged = facts.performance
    if judged is None or judged.status == "INSUFFICIENT_DATA":
        return "No training: nothing asks for one, and there is too little truth to say how good the model still is"
    return f"No training: {judged.sentence.removesuffix('.')}"


def _decision(
    action: Action, said: str, reason: Reason | None, policy: RetrainingPolicy, facts: Facts, next_date: datetime | None
) -> Decision:
    gain = None if reason is None else _gain(policy, facts)
    bought = ""
    if gain is not None or action != "none":
        bought = f"; {_bought(gain, facts.training_cost_usd)}"
    when = ""
    pays = pays_from(facts) if action == "none" else None
    if pays is not None and next_date is not None:
        when = f" The next retraining pays from about {max(pays, facts.now):%d %B %Y}."
    cause = reason.cause if reason else None
    return Decision(action, f"{said}{bought}.{when}", cause, gain, facts.training_cost_usd, next_date)


def _bought(gain: Gain | None, cost: float | None) -> str:
    said = "what it gains is not known" if gain is None else f"expected gain {gain.amount:,.4g} {gain.unit}"
    return said if cost is None else f"{said}, for ${cost:,.4f}"


def _gain(policy: RetrainingPolicy, facts: Facts) -> Gain | None:
    """Value lost per prediction, times the predictions until the next training; or the loss of the metric.

    Of a model that is better than it was there is nothing to win back: the gain is 0 then.
    """
    if facts.value is not None and facts.value.loss is not None and facts.predictions_per_day > 0:
        days = (policy.every or policy.cooldown) / _DAY
        return Gain(max(facts.value.loss, 0.0) / 1000 * facts.predictions_per_day * days, facts.value_unit)
    if facts.performance is not None and facts.performance.loss is not None:
        return Gain(max(facts.performance.loss, 0.0), facts.performance.metric)
    slope = loss_per_day(facts.decay)
    if slope is None or facts.performance is None:
        return None
    return Gain(slope * ((facts.now - facts.learnt_until) / _DAY), facts.performance.metric)
