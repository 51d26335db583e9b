"""What there is to do about a watched model, as its newest window and its open episodes have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from serin.domain.charter import Charter
from serin.domain.judgement.retraining.decision import Decision
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.judgement.watching.performance import Performance
from serin.domain.watched import WatchState, WindowReport


@dataclass(frozen=True)
class Advice:
    """What is so, and what to do about it; of an `episode`, that may be taken or closed.

    What to `do` is in our own words, with commands between backticks, whatever stands in data, columns and reasons.
    """

    says: str
    do: str
    episode: Episode | None = None


def advised(charter: Charter, state: WatchState, report: WindowReport | None) -> tuple[Advice, ...]:
    """The most urgent first; of a model that is as it was one that says so."""
    if report is None:
        return (Advice("No window was looked at yet.", "The first is judged a day after it is over: let callers ask."),)
    advice = (
        *_of_losses(charter, state.decision, report),
        *_of_episodes(state),
        *_of_evidence(charter, state.decision, report),
        *_of_serving(charter, report),
    )
    return advice or (Advice("Nothing asks for anything.", "Look again after the next window."),)


def _of_losses(charter: Charter, decision: Decision | None, report: WindowReport) -> Iterator[Advice]:
    for of in _lost(report):
        yield Advice(_with_training(of.sentence, decision), _against_loss(charter.model, decision))


def _lost(report: WindowReport) -> list[Performance]:
    return [of for of in report.window.performance if of.status == "LOSS"]


def _of_evidence(charter: Charter, decision: Decision | None, report: WindowReport) -> Iterator[Advice]:
    """A training that a person is to start, and what is missing to say more."""
    window, model = report.window, charter.model
    if decision is not None and decision.action == "propose" and not _lost(report):
        yield Advice(decision.sentence, f"Start it: `serin train {model}`.")
    if window.version is None:
        yield Advice("Nobody asked the model in this window.", f"See whether callers reach it: `serin health {model}`.")
        return
    if report.no_reference:
        yield Advice(report.no_reference, f"A training makes a reference: `serin train {model}`.")
    if not any(of.window for of in window.performance):
        also = " or send feedback by prediction id" if charter.truth.feedback else ""
        yield Advice(
            "There is too little truth to say how good the model is.",
            f"Upload newer rows of {charter.truth.dataset}{also}; they have {_days(charter.truth.watermark)} to come.",
        )


def _days(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return "a day" if days == 1 else f"{days:g} days"


def _against_loss(model: str, decision: Decision | None) -> str:
    back = f"if the version before was better, put it back: `serin release rollback {model}`"
    if decision is None or decision.action == "none":
        return f"Nothing trains it by itself now: `serin train {model}`; {back}."
    if decision.action == "propose":
        return f"Start the training that is proposed: `serin train {model}`; {back}."
    return f"Until then, {back}."


def _with_training(said: str, decision: Decision | None) -> str:
    """The loss, and what becomes of it by itself."""
    return said if decision is None or decision.action == "none" else f"{said} {decision.sentence}"


def _of_episodes(state: WatchState) -> Iterator[Advice]:
    running = [episode for episode in state.episodes if episode.status != "closed"]
    for episode in sorted(running, key=lambda episode: episode.status != "open"):
        since = f" It began about {episode.onset:%Y-%m-%d}." if episode.onset else ""
        do = "Close it once it is explained." if episode.acknowledged_by else "See whether its source has changed."
        yield Advice(f"{episode.sentence}{since}", do, episode)


def _of_serving(charter: Charter, report: WindowReport) -> Iterator[Advice]:
    for sentence in report.skew:
        yield Advice(sentence, f"See what is known online: `serin features status {charter.model}`.")
