"""A platform whose every name, value and sentence tries to take over whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from serin.data.files.parquet import to_parquet
from serin.domain.approvals import asked
from serin.domain.auditing.effects import upload_entry
from serin.domain.cut_carriers import PlannedPiece
from serin.domain.cut_plan import CutPlan
from serin.domain.cuts import Cuts
from serin.domain.experiments import Contest, Trial, TrialResult
from serin.domain.fills import Fill
from serin.domain.judgement.retraining.decision import Decision
from serin.domain.judgement.verdicts import Check, Verdict
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.judgement.watching.performance import Interval, Performance
from serin.domain.judgement.watching.verdicts import FeatureVerdict, Promise, WindowVerdict
from serin.domain.maturity import Event, maturity_of
from serin.domain.profiles import Association, ColumnProfile, Counted, Profile, ProfileMade, ShownProfile, Times
from serin.domain.records import as_record
from serin.domain.release_record import Directive, Shift
from serin.domain.releases import ReleaseStep
from serin.domain.scorecard import Score
from serin.domain.view_statistics import ValueStatistics, ViewStatistics
from serin.domain.watched import SliceVerdict, WatchedWindow, WatchState, WindowReport
from serin.services.show_lineage import DatasetLineage, VersionLineage, ViewLineage
from serin.services.show_views import ViewStatus
from serin.services.show_watch import ShownWatch
from serin_cli.client import ApiError
from serin_cli.evidence import flat
from tests.builders import NOON, a_judged, a_plan, a_release, a_run, a_training_set, a_version, an_upload
from tests.unit.pages.cards import a_card

# A title, a cleared screen, a line over the one before, words from right to left, C1, marks nobody sees, rich's markup.
ATTACK = (
    "=owned\x1b]0;owned\x07\x1b[2J\r\n\t\x08\x9b31m\x7f\u202a\u202e\u2066\u2069\u200e\u200f\u061c\u200b\u2028\u2029"
    "\ufeff;=1+1[red][/bold]"
)
MODEL = "flight-delay"
NAMES = ("rules", "warnings", "promises", "inputs", "features", "definitions", "upto", "beyond", "heads", "values")
# What a program takes apart before it is shown.
KEPT = (
    "at",
    "status",
    "state",
    "flags",
    "made",
    "scorecard",
    "first",
    "last",
    "newest",
    "mean",
    "moved",
    "began",
    "begin",
    "end",
    "opened",
    "onset",
    "looked",
    "action",
    "outcome",
    "classification",
)


def poisoned(value: Any, key: str = "") -> Any:
    """The answer with the attack in each text, and in each name that people or files have given."""
    if key in KEPT and not isinstance(value, list):
        return value
    if isinstance(value, Mapping):
        end = ATTACK if key in NAMES else ""
        return {f"{name}{end}": poisoned(item, name) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [poisoned(item, key) for item in value]
    return f"{value}{ATTACK}" if isinstance(value, str) else value


def quarantined() -> bytes:
    """A file of rows that were set aside."""
    rows = {"__row": [1, 2], "__rules": [["r" + ATTACK], ["x"]], "__text": [None, ATTACK]}
    values = {name: [ATTACK, None] for name in ("carrier", f"{ATTACK}name")}
    return to_parquet(pl.DataFrame({**rows, **values}).with_columns(pl.col("__row").cast(pl.UInt32)))


UPLOAD = an_upload(
    rules={"a": 2}, warnings={"b.unexpected": 1}, promises={"c": "has few rows"}, scorecard={"accuracy": Score(99.0, 9)}
)
UPLOADS = [UPLOAD, replace(UPLOAD, status="rejected", reason="because", remedy="do", quarantine="quarantine/x")]
FILL = Fill(MODEL, "queue", "d" * 32, NOON, {"shops": 3}, {"shops": (5,)})
STATISTICS = ViewStatistics(9, 3, NOON, {"length": ValueStatistics(0.25, -1.0, 0.5, 2.0)})
VIEW = ViewStatus("queue", "d" * 32, True, "filled", {"shops": 3}, replace(FILL, statistics=STATISTICS))
LINEAGE = VersionLineage(
    a_version(2),
    a_run(correlation="arrival"),
    a_training_set(),
    (DatasetLineage("orders", "h" * 64, 52, 60_000, (UPLOAD,), 51),),
    (ViewLineage("queue", "d" * 32, FILL),),
)
PROFILE = Profile(
    "orders",
    9,
    9,
    (
        ColumnProfile("shop", "string", 1, 2, ("suspect",), description="told", top=(Counted("north", 3),)),
        ColumnProfile("at", "timestamp", 0, 2, times=Times("a", "b", "day", (Counted("a", 3),))),
        ColumnProfile("late", "boolean", 0, 2, ("label",), association=Association(0.5, 9), examples=("x", "y")),
    ),
    3,
    ({"shop": "north", "at": None},),
    "late",
    "binary",
    ("a note",),
)
MADE = ProfileMade(MODEL, "orders", "i", "k", 3, NOON)
BATCH = {
    "batch": {"id": "b1", "model": MODEL, "version": 1},
    **{"status": "failed", "done": 0, "reason": "it is damaged"},
}
PREDICTION: Mapping[str, Any] = {
    "prediction": {
        **{"prediction_id": "p", "at": "t", "model": "m", "version": 1, "function_version": "3", "score": 0.1},
        **{"label": "late", "inputs": {"a": "b"}, "features": {"c": "d"}, "missing": ["v"], "stale": ["w"]},
    },
    "lineage": {
        "release": {"id": "r"},
        "version": {"run": "x", "code": "c"},
        "run": {"correlation": "z"},
        "training_set": {"definitions": {"v": "d"}},
        "datasets": [{"dataset": "orders", "rows": 3, "uploads": ["u"]}],
    },
    "replay": {"same": True, "score": 0.1, "reason": "because"},
    "truth": [
        {"source": "dataset", "known": "t", "label": "late", "joined": True},
        {"source": "feedback", "known": "t", "label": "late", "rating": 4, "token": "t1", "joined": False},
    ],
}
FEEDBACK: Mapping[str, Any] = {
    "kept": 1,
    "answers": [
        {"prediction_id": "p", "kept": True},
        {"prediction_id": "q", "kept": False, "error": {"kind": "k", "message": "found", "remedy": "do"}},
    ],
}
SOURCE = {
    "dataset": "d",
    "source": "s3://b/f",
    "every_minutes": 60,
    "last": {"at": "t", "seen": 1, "error": "e", "remedy": "r", "after": "a"},
}
APPROVAL = asked(MODEL, "rel2", 2, "Shall version 2 have all calls?", {"errors": 1.5}, "d", NOON)
ENTRY = {**as_record(upload_entry(an_upload())), "by": "ana", "role": "data_engineer"}
HEALTH = {
    **{"model": MODEL, "since": "s", "until": "u"},
    "versions": [
        {
            **{"function_version": "3", "version": 1, "calls": 9, "failed": 1, "refused": 0, "p50_ms": 4.0},
            **{"cold": 1, "used_mb": 100, "memory_mb": 1769, "usd": 0.001},
        }
    ],
}
ENTITY = {"values": ["v"], "statuses": ["PRESENT"], "event_timestamps": ["t"]}
RELEASE = {
    "release": as_record(a_release(status="live", version=2, previous=1, reason="why")),
    "plan": as_record(a_plan()),
    "shifts": [as_record(Shift("rel1", 10, NOON, NOON))],
    "steps": [as_record(ReleaseStep("rel1", "golden", NOON, "as expected"))],
    "judged": [as_record(a_judged(number, at=NOON + timedelta(minutes=number))) for number in (1, 2)],
}
RUN = as_record(
    a_run(
        version=2,
        status="registered",
        reason="because",
        trials=(TrialResult(Trial(1), {"roc_auc": 0.7}, 1.0),),
        contest=Contest(9, {"roc_auc": 0.7}),
        verdict=Verdict("pass", "Passed.", (Check("gain over the champion", "pass", "better", "log_loss"),)),
    )
)

WINDOW = WatchedWindow(
    *(MODEL, NOON, NOON, NOON, "DRIFT", "Drift in x.", "Inputs have moved."),
    version=2,
    performance=(Performance("log_loss", "LOSS", "log_loss is worse.", Interval(0.5, 0.4, 0.6, 9, 7)),),
)
FEATURE = FeatureVerdict("x", "DRIFT", "x has drifted.", 9, 0, wasserstein=0.5)
DRIFT = WindowVerdict(NOON, NOON, 9, "DRIFT", "Drift in x.", Promise(1.0, 0.5, 9), (FEATURE,))
WATCH = ShownWatch(
    WatchState(
        MODEL, episodes=(Episode("x", NOON, "x has drifted.", NOON),), decision=Decision("none", "No training.")
    ),
    (WINDOW,),
    WindowReport(WINDOW, DRIFT, (SliceVerdict("origin", "LGA", DRIFT),), ("x is made differently.",)),
)


def _watched() -> Any:
    """Features of a verdict are a list of records, whose fields nobody has named."""
    found = as_record(WATCH)
    verdicts = [found["report"]["drift"], *(of["verdict"] for of in found["report"]["slices"])]
    own = [verdict.pop("features") for verdict in verdicts]
    found = poisoned(found)
    verdicts = [found["report"]["drift"], *(of["verdict"] for of in found["report"]["slices"])]
    for verdict, features in zip(verdicts, own, strict=True):
        verdict["features"] = [poisoned(feature) for feature in features]
    return found


LAPSED = Event("upload", "u1", NOON - timedelta(days=99), "told")
MATURITY = maturity_of(MODEL, {"I4": [Event("run", "r1", NOON, "shown")], "D1": [LAPSED]}, NOON, 0)
PLAN = CutPlan(
    *(MODEL, "map", 9, 3, {"orders": 9}, Cuts()),
    *((PlannedPiece("deal", "orders", "files 1 to 2", 9, 9, 1.0, 0.1),), 1.0, 0.1),
    doubt="too many",
)


class Platform:
    """The client of that platform; with `error` it answers that to whatever it is asked."""

    error: Exception | None = None

    def __init__(self, *_: object) -> None:
        self.asked = 0
        self.trained = 0

    def get(self, path: str, **query: str) -> Any:
        """Whatever is asked for."""
        if self.error:
            raise self.error
        self.asked += 1
        return self._answer(path)

    def _answer(self, path: str) -> Any:
        if path == "/models":
            live = {"version": 2 + self.asked}
            return {"items": [{"model": MODEL, "live": live}, poisoned({"model": "x", "live": {"version": "v"}})]}
        if path.endswith("/views"):
            revised = replace(FILL, statistics=STATISTICS, revision=2 * self.asked)
            return {"items": [poisoned(as_record(replace(VIEW, fill=revised)))]}
        if "/batch/" in path:
            return poisoned(BATCH)
        if "/releases/" in path:
            return poisoned(RELEASE)
        endings = {
            "/uploads": {"items": [poisoned(as_record(upload)) for upload in UPLOADS]},
            "/runs": {"items": [poisoned(RUN)]},
            "/versions": [poisoned(as_record(a_version(2)))],
            "/releases": {"items": [poisoned(RELEASE["release"])]},
            "/lineage": poisoned(as_record(LINEAGE)),
            "/card": as_record(a_card(ATTACK)),
            "/health": poisoned(HEALTH),
            "/plan": poisoned(as_record(PLAN)),
            "/maturity": poisoned(as_record(MATURITY)),
            "/approvals": {"items": [poisoned(as_record(replace(APPROVAL, status="open")))]},
            "/audit": {"items": [poisoned(ENTRY)], "next": f"2013{ATTACK}"},
            "/sources": {"items": [poisoned(SOURCE)]},
            "/watch": _watched(),
            "/profile": poisoned(as_record(ShownProfile(MADE, 9, PROFILE))),
            "/datasets": {"items": [{"dataset": "orders"}, {"dataset": f"x{ATTACK}"}]},
            "/datasets/flights": {"rows": 9},
        }
        found = next((answer for ending, answer in endings.items() if path.endswith(ending)), None)
        return poisoned(PREDICTION) if found is None else found

    def all(self, path: str, **query: str) -> Any:
        """As a list."""
        found = self.get(path, **query)
        return found["items"] if isinstance(found, dict) else found

    def post(self, path: str, body: Any = None) -> Any:
        """What follows from asking."""
        if self.error:
            raise self.error
        if path == "/get-online-features":
            entities = len(body["entities"])
            answers = [*([{}] * entities), *(poisoned(ENTITY) for _ in body["features"])]
            return {"results": answers}
        if path.endswith("/feedback"):
            return poisoned(FEEDBACK)
        if path.endswith("/withdraw"):
            return poisoned({"model": MODEL, "version": 1, "why": body["why"], "by": "sam", "at": NOON.isoformat()})
        if path.endswith(("/hold", "/resume", "/abort")):
            return poisoned(as_record(Directive(MODEL, "rel1", "hold", "sam", NOON)))
        return {"run": "r", "release": "r", "batch": "b"}

    def kept(self, key: str) -> bytes:
        """A file of the lake."""
        return quarantined()

    lake = "lake"

    def send_batch(self, model: str, file: Path) -> str:
        """Its name there."""
        return f"{model}-{file.name}"

    def upload(self, dataset: str, file: Path) -> Any:
        """What became of it."""
        return self.all("/uploads")[0]

    def profile(self, dataset: str, rows: int | None = None) -> Any:
        """The dataset's."""
        return self.get("/profile")

    def predict(self, model: str, instances: Any, access: str = "token", *, explain: bool = False) -> Any:
        """An answer."""
        self.get("/models")
        return {"version": f"2{ATTACK}", "predictions": [{"probability": 0.1, "label": ATTACK}]}

    def release(self, model: str, release: str) -> Any:
        """A release with its steps."""
        return flat(self.get("/releases/"))

    def release_ended(self, model: str, version: int | None = None, release: str | None = None) -> Any:
        """The same."""
        return self.release(model, "")

    def run_ended(self, model: str, run: str | None, meanwhile: object = None) -> Any:
        """A training; as in the demo the second is rejected."""
        self.trained += 1
        return {**self.all("/runs")[0], "status": "rejected" if self.trained == 2 else "registered"}

    def close(self) -> None:
        """Nothing to give back."""


def api_error() -> ApiError:
    """What an API would answer that somebody else has taken over."""
    return ApiError({"kind": ATTACK, "message": f"found {ATTACK}", "remedy": f"do {ATTACK}"})
