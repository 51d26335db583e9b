"""One look at one model: windows that became whole are judged, those whose truth has grown are judged again.

A look may be repeated, and be interrupted anywhere: what is written for a window follows from the window alone, the
catalog decides who was first, and who was interrupted between writing and telling tells it the next time.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime, timedelta

from serin.domain.charter import Charter
from serin.domain.events import Event
from serin.domain.judgement.retraining.decide import decide
from serin.domain.judgement.retraining.decision import Decision
from serin.domain.judgement.retraining.facts import Facts
from serin.domain.judgement.watching.episodes import Episode, advance, close, kept_episodes
from serin.domain.judgement.watching.estimated import BEFORE_TRUTH
from serin.domain.judgement.watching.performance import Performance
from serin.domain.judgement.watching.verdicts import FeatureVerdict, Status, WindowVerdict
from serin.domain.models import ModelVersion
from serin.domain.names import digest
from serin.domain.printable import printable
from serin.domain.records import as_record, from_record
from serin.domain.truth import LATEST, TruthState, may_be_judged
from serin.domain.watched import WatchedWindow, WatchState, WindowReport, window_end, windows_due
from serin.ports import Catalog, Clock, Events, Notices, ObjectStore, Workflows
from serin.services.steps.live_history import LiveHistory, live_history
from serin.services.steps.retraining_facts import RetrainingFacts
from serin.services.steps.watch_notices import of_decision, of_drift, of_estimate, of_loss
from serin.services.steps.window_look import WindowLook, WindowSeen

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Looked:
    """What a look came to: the windows it judged first, and again, by their ends, and what it told."""

    model: str
    judged: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    found: str = ""


def watch_model(
    charter: Charter,
    correlation: str,
    *,
    lake: ObjectStore,
    catalog: Catalog,
    clock: Clock,
    notices: Notices,
    events: Events,
    workflows: Workflows,
) -> Looked:
    """Look at a model once; what another look is at meanwhile is left to it."""
    live = live_history(charter.model, catalog=catalog)
    if live.began is None:
        return Looked(charter.model, found="nothing is live yet")
    look = _Look(
        *(charter, correlation, clock.now(), live),
        lake=lake,
        catalog=catalog,
        notices=notices,
        events=events,
        workflows=workflows,
        state=catalog.watch_state(charter.model),
    )
    look.tell()
    goes_on = all(look.judge(end) for end in look.due()) and all(look.judge_again(window) for window in look.grown())
    if goes_on:
        look.decide()
    return Looked(charter.model, tuple(look.judged), tuple(look.again), tuple(look.told), look.found)


@dataclass
class _Look:
    """A look while it lasts; `state` is what the catalog knows."""

    charter: Charter
    correlation: str
    now: datetime
    live: LiveHistory
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog
    notices: Notices
    events: Events
    workflows: Workflows
    state: WatchState
    judged: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    found: str = ""

    def due(self) -> Sequence[datetime]:
        """The ends of windows that are whole now and have not been judged."""
        since = self.state.judged or self.live.began
        assert since is not None
        return windows_due(since, self._length, self.now)

    def judge(self, end: datetime) -> bool:
        """Judge a window for the first time; False where somebody else has meanwhile."""
        seen = self._window(end).first()
        before = self.state
        version = seen.report.window.version or before.version
        if version != before.version:
            because = f"windows are held against what version {version} learnt"
            before = replace(before, version=version, episodes=close(before.episodes, because, end))
        kept = self._keep_window(before, seen, drift=True)
        if kept:
            self.judged.append(f"{end:%Y-%m-%d}")
            self.found = seen.report.window.words
        return kept

    def grown(self) -> Iterator[WatchedWindow]:
        """Windows that may be judged by truth now, or whose truth has grown since they were; oldest first."""
        truth, state = self.charter.truth, self.catalog.truth_state(self.charter.model)
        count = math.ceil((LATEST + truth.watermark) / self._length) + 2
        for window in reversed(self.catalog.latest_windows(self.charter.model, count).items):
            # A window of another length is of another charter, and stays as it was.
            same = window.version is not None and window.end - window.begin == self._length
            if same and may_be_judged(truth, window.end, self.now) and _has_news(window, state):
                yield window

    def judge_again(self, window: WatchedWindow) -> bool:
        """Put what is known now in the place of a window's numbers; False where somebody else has meanwhile."""
        before = from_record(WindowReport, json.loads(self.lake.get(window.report)))
        report = self._window(window.end).again(before)
        kept = self._keep_window(self.state, WindowSeen(report, {}), drift=False)
        if kept:
            self.again.append(f"{window.end:%Y-%m-%d}")
        return kept

    def decide(self) -> None:
        """Begin a training by its cause, propose one, or leave it; written down before it is done, and done once."""
        number = self.live.version
        since = None if number is None else self.live.since(number)
        if number is None or since is None:
            return
        version = self.catalog.version(self.charter.model, number)
        # What is against another version's reference says nothing of this one.
        episodes = self.state.episodes if self.state.version == number else ()
        facts = RetrainingFacts(self.charter, version, since, episodes, self.now, catalog=self.catalog).facts()
        decision = decide(self.charter.retraining, facts)
        state = replace(self.state, looked=self.now, decision=decision)
        name = _name_of(decision, version, facts, window_end(self.now, self._length))
        if name is not None and name != state.decided:
            outgoing = of_decision(decision, self.charter.model)
            state = replace(state, decided=name, outbox=(*state.outbox, outgoing))
        if not self.keep(state):
            return
        if decision.action == "train" and name is not None and decision.cause is not None:
            # Named by what it is for: begun a second time, it is the same one.
            self.workflows.start_training(self.charter.model, name, decision.cause, self.correlation)
        self.tell()

    def keep(self, state: WatchState, windows: Sequence[WatchedWindow] = ()) -> bool:
        """Write the state after this one, and windows with it; False where another look was first."""
        after = replace(state, revision=self.state.revision + 1, episodes=kept_episodes(state.episodes))
        if not self.catalog.save_watch(after, windows):
            self.found = "another look is at it"
            return False
        self.state = after
        return True

    def tell(self) -> None:
        """Send what is written down to be told; what nobody takes stays there."""
        if not self.state.outbox:
            return
        for outgoing in self.state.outbox:
            self.notices.publish(outgoing.subject, outgoing.text)
            if outgoing.event is not None:
                self.events.publish(Event(outgoing.event, outgoing.detail, self.correlation))
            self.told.append(outgoing.subject)
        self.keep(replace(self.state, outbox=()))

    def _keep_window(self, before: WatchState, seen: WindowSeen, *, drift: bool) -> bool:
        report, known = seen.report, before.episodes
        moved = advance(known, _of_inputs(report), seen.onsets) if drift else None
        lost = advance(moved.episodes if moved else known, _of_truth(report, before.version))
        feared = advance(lost.episodes, _of_estimate(report)) if drift else None
        drifts, closed = (moved.opened, moved.closed) if moved else ((), ())
        fears, over = (feared.opened, feared.closed) if feared else ((), ())
        opened = (*drifts, *lost.opened, *fears)
        closed = (*_closed_since(self.state.episodes, known), *closed, *lost.closed, *over)
        window = replace(
            report.window,
            opened=_with(report.window.opened, opened),
            closed=_with(report.window.closed, closed),
        )
        report = replace(report, window=window)
        outbox = [of_drift(moved, report)] if moved and drifts else []
        outbox += [of_loss(lost.opened, report)] if lost.opened else []
        outbox += [of_estimate(fears, report)] if fears else []
        # The report first: what the catalog names must be there.
        self.lake.put(window.report, json.dumps(as_record(report), sort_keys=True).encode())
        judged = max(window.end, before.judged or window.end)
        episodes = feared.episodes if feared else lost.episodes
        after = replace(before, judged=judged, episodes=episodes, outbox=(*before.outbox, *outbox))
        if not self.keep(after, [window]):
            return False
        self.tell()
        return True

    def _window(self, end: datetime) -> WindowLook:
        return WindowLook(self.charter, end, self.now, self.live, lake=self.lake, catalog=self.catalog)

    @property
    def _length(self) -> timedelta:
        return self.charter.monitoring.policy.window


def _name_of(decision: Decision, version: ModelVersion, facts: Facts, window: datetime) -> str | None:
    """What names a training that begins, or a proposal, one a cause and version.

    A training's names its cause, the window, and the newest attempt before it: one that said nothing is followed by
    another one, and no name is ever begun twice.
    """
    if decision.action == "train":
        before = max((attempt.at for attempt in facts.attempts), default=None)
        return digest(version.model, str(decision.cause), f"{window:%Y-%m-%d}", str(before))[:32]
    if decision.action == "propose":
        return digest(version.model, str(decision.cause), str(version.version))[:32]
    return None


def _has_news(window: WatchedWindow, state: TruthState) -> bool:
    if window.truth is None:
        return True
    days = [window.begin + number * _DAY for number in range((window.end - window.begin) // _DAY)]
    changed = [state.changed[f"{day:%Y-%m-%d}"] for day in days if f"{day:%Y-%m-%d}" in state.changed]
    return any(at >= window.truth.as_of for at in changed)


def _of_inputs(report: WindowReport) -> WindowVerdict:
    """The features, and each slice as if it were one: a slice is one episode, whatever in it has drifted."""
    slices = tuple(
        FeatureVerdict(f"{of.column}={of.value}", of.verdict.status, _of_slice(of.column, of.value, of.verdict), 0, 0)
        for of in report.slices
    )
    return replace(report.drift, features=(*report.drift.features, *slices))


def _of_slice(column: str, value: str, verdict: WindowVerdict) -> str:
    return f"Where {column} is {printable(value)}: {verdict.sentence}"


def _of_truth(report: WindowReport, version: int | None) -> WindowVerdict:
    """The metric that the gate goes by, as a feature that drifts when it is worse.

    Episodes are of one version: what late truth says of another one, which is watched no more, stands in its window.
    """
    judged = report.window.performance[:1] if report.window.version == version else ()
    return replace(report.drift, features=tuple(map(_as_feature, judged)))


def _of_estimate(report: WindowReport) -> WindowVerdict:
    """The estimate before truth, which has an episode of its own: it can be wrong where truth is not."""
    estimates = () if report.estimated is None else (replace(report.estimated, metric=BEFORE_TRUTH),)
    return replace(report.drift, features=tuple(map(_as_feature, estimates)))


def _as_feature(of: Performance) -> FeatureVerdict:
    rows = of.window.rows if of.window else 0
    if of.status == "LOSS":
        return FeatureVerdict(of.metric, "DRIFT", of.sentence, rows, 0)
    status: Status = "NO_DRIFT_SEEN" if of.status == "NO_LOSS_SEEN" else "INSUFFICIENT_DATA"
    return FeatureVerdict(of.metric, status, of.sentence, rows, 0)


def _closed_since(before: Sequence[Episode], after: Sequence[Episode]) -> tuple[Episode, ...]:
    running = {(of.feature, of.opened) for of in before if of.status != "closed"}
    return tuple(of for of in after if of.status == "closed" and (of.feature, of.opened) in running)


def _with(names: Sequence[str], episodes: Sequence[Episode]) -> tuple[str, ...]:
    """Each once: who was interrupted may have written them down already."""
    return tuple(dict.fromkeys((*names, *(episode.feature for episode in episodes))))
