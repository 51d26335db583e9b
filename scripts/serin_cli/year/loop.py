"""A year of a live model: questions before the fact, truth after it, retrainings, and what must not stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from serin_cli import story
from serin_cli.client import Client, wait
from serin_cli.clock import advance
from serin_cli.local import Running
from serin_cli.traffic import Instance, Tally, Traffic, drive
from serin_cli.year.meter import Meter
from serin_cli.year.weeks import Weeks

MODEL = "flight-delay"
YEAR, FEBRUARY = datetime(2012, 12, 31, tzinfo=UTC), datetime(2013, 2, 1, tzinfo=UTC)
FIRST_ASKED, LAST = datetime(2013, 3, 1, 10, tzinfo=UTC), datetime(2013, 12, 31, tzinfo=UTC)
NOTICE, EVENING = timedelta(hours=2), timedelta(hours=6)
"""Callers ask after each upload, about the flights of the day that depart from two hours later on."""
TWO_DAYS = timedelta(days=2)
BY_THE_DAY = ("weather", "flights")
"""Datasets of which each visit brings some; the first training needs the weather before the flights."""
DAY, TOGETHER = timedelta(days=1), 5
"""Flights of one request, where callers ask for a day's flights at once."""
CALLS_OF_RELEASE, A_MINUTE, RELEASE_MINUTES = 1500, 600, 240
LOOKED_AT = FIRST_ASKED.time()
"""Once a day the platform looks at the model, as often as since it was deployed a day has passed."""
SOON = timedelta(minutes=5)
"""After a look: what it begins needs callers at once, or is looked after every few minutes for nothing."""


@dataclass(frozen=True)
class Episode:
    """A training or a release that came to something, why it was begun, and how it ended."""

    at: datetime
    cause: str
    verdict: str
    version: int | None = None


@dataclass
class Course:
    """What has happened so far."""

    asked: int = 0
    calls: int = 0
    failed: int = 0
    trained: int = -1
    """The first training is none of a model that there was."""
    poisoned: bool = False
    asked_until: datetime = YEAR
    seen: set[str] = field(default_factory=set)
    episodes: list[Episode] = field(default_factory=list)

    def add(self, callers: Tally) -> None:
        """Requests of one flight each."""
        self.asked += callers.statuses[200]
        self.calls += callers.requests
        self.failed += callers.failed

    def ended(self, *verdicts: str) -> int:
        """How many episodes ended so."""
        return sum(episode.verdict in verdicts for episode in self.episodes)


def after_look(now: datetime) -> datetime:
    """The next moment right after the platform has looked at the model by itself."""
    today = datetime.combine(now.date(), LOOKED_AT, UTC) + SOON
    return today if now < today else today + DAY


class Loop:
    """Walks the year; each part of it is counted by the meter."""

    def __init__(self, platform: Running, client: Client, weeks: Weeks, meter: Meter) -> None:
        self._cloud, self._connection = platform.cloud, platform.connection
        self._client, self._weeks, self._meter = client, weeks, meter
        self.course = Course()

    @property
    def now(self) -> datetime:
        """The cloud's moment."""
        return self._cloud.clock.now()

    def begin(self, files: Mapping[str, Path]) -> None:
        """January and February, and the first version, which is the static model from now on."""
        with self._meter.doing("uploads"):
            for dataset in ("airports", "planes"):
                self._client.upload(dataset, files[f"{dataset}.csv"])
            # By the month, so that the training begins with the last flights it needs.
            for since, until in ((YEAR, FEBRUARY), (FEBRUARY, self.now)):
                for dataset in BY_THE_DAY:
                    self._client.upload(dataset, self._weeks.file(dataset, since, until))
                self._cloud.settle()
        self._notice_runs()
        self._client.release_ended(MODEL)

    def visit(self, since: datetime, until: datetime) -> None:
        """Let the days pass, bring what they have brought, and ask about the flights to come."""
        while self.now < until:
            with self._meter.doing("clock"):
                advance(self._connection, (min(until, after_look(self.now)) - self.now).total_seconds())
            self._notice_runs()
        with self._meter.doing("uploads"):
            self._upload(since, until)
        self._notice_runs()
        with self._meter.doing("predictions"):
            self._ask(self._coming())

    @property
    def asked_until(self) -> datetime:
        """Nobody has asked yet about flights that depart then or later."""
        return max(self.course.asked_until, self.now + EVENING)

    @property
    def learnt(self) -> datetime:
        """When the version that is live had its release, which its training came right before."""
        return max(episode.at for episode in self.course.episodes if episode.verdict == "live")

    @property
    def live(self) -> int:
        """The version that most callers are answered by."""
        live = [episode.version for episode in self.course.episodes if episode.verdict == "live"]
        return live[-1] or 1

    def poison(self, files: Sequence[Path], make: Callable[[Path, Path], Path]) -> Episode:
        """Corrections that say the opposite come in, a training learns from them, and the rows are put right again."""
        self.course.poisoned, folder = True, files[0].parent
        with self._meter.doing("uploads"):
            for file in files:
                self._client.upload("flights", make(file, folder / f"poisoned-{file.name}"))
            self._cloud.settle()
        episode = self.train("wrong labels")
        with self._meter.doing("uploads"):
            for file in files:
                self._client.upload("flights", file, f"restored-{file.name}")
            self._cloud.settle()
        return episode

    def train(self, cause: str) -> Episode:
        """Train now, and see what comes of it."""
        with self._meter.doing("training"):
            run = self._client.post(f"/models/{MODEL}/train")["run"]
            self._client.run_ended(MODEL, run)
        return self._notice(self._run(run), cause)

    def release(self, version: int, cause: str, least: int = CALLS_OF_RELEASE) -> Episode:
        """Callers ask while the release of a version is under way and until it has ended, so often at least."""
        path = f"/models/{MODEL}/releases"

        def begun() -> Mapping[str, Any] | None:
            return next((item for item in self._client.get(path)["items"] if item["version"] == version), None)

        first = wait(begun, f"the release of version {version}")
        callers = cycle(self._callers())
        with self._meter.doing("predictions"), Traffic(self._connection, MODEL, callers) as traffic:
            driven = drive(
                *(traffic, self._client, self._connection, MODEL, str(first["id"])),
                requests=A_MINUTE,
                minutes=RELEASE_MINUTES,
                least=least,
            )
        self.course.add(driven.tally)
        reason = (
            driven.release["release"].get("reason") or f"{driven.tally.requests} calls, {driven.tally.failed} failed"
        )
        story.say(f"   {self.now:%d %b} release of version {version}: {driven.status}; {reason}")
        return self._keep(Episode(self.now, cause, driven.status, version))

    def _upload(self, since: datetime, until: datetime) -> None:
        """Both at once: nothing that begins by itself waits for either of them here."""
        sent = {name: self._client.send(name, self._weeks.file(name, since, until)) for name in BY_THE_DAY}
        self._cloud.settle()
        for dataset, arrival in sent.items():
            self._client.outcome(dataset, arrival)

    def _coming(self) -> list[Instance]:
        return self._departing(self.now + EVENING)

    def _callers(self) -> list[Instance]:
        """Callers of a release ask for one flight each, of the two days after what others have asked about."""
        return Random(0).sample(flights := self._departing(self.asked_until + TWO_DAYS), len(flights))

    def _departing(self, until: datetime) -> list[Instance]:
        self.course.asked_until = max(self.asked_until, until)
        return list(self._weeks.departing(self.now + NOTICE, until))

    def _ask(self, flights: Sequence[Instance]) -> None:
        for first in range(0, len(flights), TOGETHER):
            rows = self._client.predict(MODEL, flights[first : first + TOGETHER])["predictions"]
            self.course.asked += len(rows)
            self.course.calls += 1

    def _run(self, run: str) -> Mapping[str, Any]:
        return next(item for item in self._client.all("/runs", model=MODEL) if item["id"] == run)

    def _notice_runs(self) -> None:
        """Trainings that the platform has begun by itself since the last look, each to the end of its release."""
        for run in self._client.all("/runs", model=MODEL):
            if run["id"] not in self.course.seen and run["status"] != "skipped":
                with self._meter.doing("training"):
                    ended = self._client.run_ended(MODEL, run["id"])
                self._notice(ended, str(ended.get("cause", "")))

    def _notice(self, run: Mapping[str, Any], cause: str) -> Episode:
        self.course.seen.add(run["id"])
        self.course.trained += 1
        verdict = (run.get("verdict") or {}).get("sentence") or run.get("reason") or ""
        story.say(f"   {self.now:%d %b} training ({cause}): {run['status']}. {verdict}")
        if run["status"] != "registered":
            return self._keep(Episode(self.now, cause, run["status"]))
        if run["version"] == 1:
            return self._keep(Episode(self.now, cause, "live", 1))
        return self.release(run["version"], cause)

    def _keep(self, episode: Episode) -> Episode:
        self.course.episodes.append(episode)
        return episode
