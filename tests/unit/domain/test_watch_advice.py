"""What there is to do about a watched model, the most urgent first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from serin.domain.judgement.retraining.decision import Action, Decision
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.judgement.watching.performance import Interval, Performance
from serin.domain.judgement.watching.verdicts import Promise, WindowVerdict
from serin.domain.watch_advice import advised
from serin.domain.watched import WatchedWindow, WatchState, WindowReport
from tests.builders import NOON, a_charter

LOST = Performance("roc_auc", "LOSS", "roc_auc has fallen.", Interval(0.6, 0.5, 0.7, 90, 7))
FINE = replace(LOST, status="NO_LOSS_SEEN", sentence="roc_auc is as it was.")


def a_report(*performance: Performance, version: int | None = 3, **parts: object) -> WindowReport:
    begin = NOON - timedelta(days=7)
    window = WatchedWindow("late-orders", begin, NOON, NOON, "NO_DRIFT_SEEN", "", "", version, performance=performance)
    verdict = WindowVerdict(begin, NOON, 90, "NO_DRIFT_SEEN", "", Promise(1.0, 1.0, 9))
    return WindowReport(window, verdict, **parts)  # type: ignore[arg-type]


def told(report: WindowReport | None, action: Action | None = None, *episodes: Episode) -> list[tuple[str, str]]:
    decision = None if action is None else Decision(action, "A training is decided.")
    state = WatchState("late-orders", episodes=episodes, decision=decision)
    return [(one.says, one.do) for one in advised(a_charter(), state, report)]


def test_a_model_that_is_as_it_was_asks_for_nothing() -> None:
    ((says, _),) = told(a_report(FINE), "none")
    assert says == "Nothing asks for anything."


def test_what_is_to_be_done_about_a_loss_follows_from_what_trains_by_itself() -> None:
    assert "`serin train late-orders`" in told(a_report(LOST), "none")[0][1]
    assert told(a_report(LOST), "propose")[0][1].startswith("Start the training that is proposed")
    says, do = told(a_report(LOST), "train")[0]
    assert says == "roc_auc has fallen. A training is decided."
    assert do.startswith("Until then")
    assert all("release rollback" in told(a_report(LOST), action)[0][1] for action in ("none", "propose", "wait"))


def test_a_loss_comes_before_episodes_and_those_that_nobody_has_before_those_that_somebody_has() -> None:
    drift = Episode("amount", NOON, "amount has drifted.", NOON, NOON - timedelta(days=3))
    taken = replace(drift, feature="shop", sentence="shop has drifted.", acknowledged_by="bob", status="acknowledged")
    over = replace(drift, feature="old", sentence="old had drifted.", status="closed")
    says = [one for one, _ in told(a_report(LOST), None, over, taken, drift)]
    assert says == [
        "roc_auc has fallen.",
        "amount has drifted. It began about 2013-03-29.",
        "shop has drifted. It began about 2013-03-29.",
    ]


def test_what_is_missing_to_say_more_is_asked_for() -> None:
    assert "`serin health late-orders`" in told(a_report(version=None))[0][1]
    assert "Upload newer rows of orders" in told(a_report())[0][1]
    assert told(a_report(FINE, no_reference="It has no rows."))[0][0] == "It has no rows."
    assert told(a_report(FINE), "propose") == [("A training is decided.", "Start it: `serin train late-orders`.")]
    assert told(a_report(FINE, skew=("odd",)))[0] == (
        "odd",
        "See what is known online: `serin features status late-orders`.",
    )
    assert told(None)[0][0] == "No window was looked at yet."
