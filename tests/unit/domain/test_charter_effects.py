"""Every field of a charter changes something: one proof a field, by changing it and looking at what comes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from infra.stacks.training_states import Trainer, training_definition
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock
from serin.data.contract.moments import TIMESTAMP
from serin.data.features.columns import to_npz
from serin.data.features.joins import derive, training_rows
from serin.data.features.truth import CREATED, with_created
from serin.data.files.parquet import to_parquet
from serin.domain.card import Card
from serin.domain.charter import sources_of
from serin.domain.charter_effects import EFFECTS
from serin.domain.datasets import Part, Upload
from serin.domain.errors import Invalid, TooLarge
from serin.domain.experiments import Trial, TrialResult
from serin.domain.judgement.evidence import Evidence, SliceEvidence
from serin.domain.judgement.gate import judge
from serin.domain.maturity import maturity_of
from serin.domain.model_source import ModelSource
from serin.domain.people import ROLES
from serin.domain.records import as_record
from serin.domain.searching import trials
from serin.domain.training_jobs import Place, place, place_for, planned, room_of
from serin.domain.training_machines import MACHINES
from serin.domain.training_size import rows_in_memory
from serin.files.bundle import write_charters
from serin.files.charter_schema import CharterFile
from serin.files.charters import examine, read_charter
from serin.files.fields import leaf_fields
from serin.files.models import read_models
from serin.learning.columns import read_columns
from serin.measures.blocks import Blocks
from serin.measures.decisions import decided
from serin.services.build_training_set import build_training_set
from serin.services.select_trial import select
from serin.services.show_card import show_card
from serin.services.train_model import Checked
from serin.serving.requests import read_request
from tests.builders import a_run, a_training_set, a_trial, a_version
from tests.unit.domain.charter_proofs import Proof, Read
from tests.unit.domain.design_proofs import DESIGN_PROOFS
from tests.unit.domain.judgement.samples import a_sample, a_value, an_evidence
from tests.unit.domain.monitoring_proofs import MONITORING_PROOFS
from tests.unit.domain.release_proofs import RELEASE_PROOFS
from tests.unit.domain.retraining_proofs import RETRAINING_PROOFS
from tests.unit.domain.truth_proofs import TRUTH_PROOFS
from tests.unit.files.written_model import FILES, write_charter, write_model

ROOT = Path(__file__).parents[3]
DAY = datetime(2013, 1, 1, 12, tzinfo=UTC)
NOW = datetime(2013, 3, 1, tzinfo=UTC)


def _tables() -> dict[str, pl.DataFrame]:
    """Four trips, the first beyond the window; of their weather one is old and one is told too late."""
    starts = [_at(0), _at(20), _at(30), _at(40, minutes=7)]
    trips = pl.DataFrame(
        {
            "starts": starts,
            "line": ["A", "B", "B", "A"],
            "station": ["S", "S", "T", "T"],
            "distance": [4, 8, 5, 2],
            "delay": [2, 10, 3, 30],
            "ends": [moment + timedelta(hours=1) for moment in starts],
        }
    )
    weather = pl.DataFrame(
        {
            "station": ["S", "S", "T", "T"],
            "line": ["A", "B", "B", "B"],
            "seen_at": [_at(0, hours=-3), _at(20, hours=-6), _at(30, hours=-3), _at(40, hours=-3)],
            "told_at": [_at(0, hours=-3), _at(20, hours=-3), _at(30, hours=-1), _at(40, minutes=-150)],
            "wind": [1.0, 2.0, 3.0, 4.0],
            "rain": [0.1, 0.2, 0.3, None],
        }
    )
    places = pl.DataFrame({"station": ["S", "T"], "height": [100.0, 50.0], "built_at": [DAY, NOW]})
    return {
        "trips": trips,
        "rides": trips.with_columns(pl.col("delay") + 3),
        "weather": weather,
        "stations": places,
        "depots": places.with_columns(pl.col("height") + 1),
    }


def _at(day: int, **more: int) -> datetime:
    return DAY + timedelta(days=day, **more)


def _rows(read: Read) -> pl.DataFrame:
    return training_rows(read.charter, read.examined.contracts, _tables(), read.functions)


def _created(read: Read) -> list[datetime]:
    """When the labels came to be known; their rows were accepted all at once."""
    trips = _tables()["trips"]
    accepted = pl.repeat(NOW, len(trips), dtype=TIMESTAMP, eager=True)
    return with_created(trips, read.charter.truth, accepted)[CREATED].to_list()


def _classes(read: Read) -> object:
    """The classes of the training set that is written, in the order of their scores."""
    return read_columns(to_npz(_rows(read), read.charter)).classes("binary")


def _column(name: str) -> Callable[[Read], object]:
    return lambda read: _rows(read)[name].to_list()


def _columns(read: Read) -> object:
    """The values of the sky among the model's columns."""
    return [name for name in _rows(read).columns if name.startswith("sky.")]


def _gusts(read: Read) -> object:
    """What the window says at each trip's moment; four hours before the second there was wind, too early to count."""
    features = replace(read.charter.features, model_uses=("gusts",))
    charter = replace(read.charter, features=features)
    return training_rows(charter, read.examined.contracts, _tables(), read.functions)["gusts.top"].to_list()


def _looked_up(read: Read) -> object:
    """What the derivation of trips is handed besides the trips."""
    handed: list[list[float]] = []

    def derivation(table: pl.DataFrame, *others: pl.DataFrame) -> pl.DataFrame:
        handed[:] = [other["height"].to_list() for other in others]
        return table

    derive(read.charter, "trips", _tables(), lambda _: derivation)
    return handed


def _accepts(**values: object) -> Callable[[Read], object]:
    """Whether a request with these values is taken."""
    instance = {"starts": "2013-01-01T06:00:00Z", "line": "A", "station": "S", "distance": 3, **values}

    def accepted(read: Read) -> bool:
        try:
            read_request(json.dumps({"instances": [instance]}).encode(), read.charter.inputs)
        except Invalid:
            return False
        return True

    return accepted


def _refuses(edits: Mapping[str, str]) -> Callable[[Read], object]:
    """Whether the charter, changed like this as well, is refused."""

    def refused(read: Read) -> bool:
        path = read.folder / "model.yaml"
        text = before = path.read_text()
        for old, new in edits.items():
            text = text.replace(old, new)
        assert text != before
        path.write_text(text)
        try:
            read_charter(path)
        except Invalid:
            return True
        finally:
            path.write_text(before)
        return False

    return refused


def _verdict(gain: float | None = 0.1, **parts: Any) -> Callable[[Read], object]:
    """The gate's outcome for a challenger that is good enough but for what is given."""
    evidence = _evidence(gain, **parts)
    return lambda read: judge(evidence, read.charter.requirements).outcome


def _evidence(gain: float | None = 0.1, **parts: Any) -> Evidence:
    good: dict[str, Any] = {
        "metrics": {"roc_auc": a_sample(0.8)},
        "slices": (SliceEvidence("line", "A", "log_loss", a_sample(0.1)),),
        "value": a_value(900, None if gain is None else 50),
    }
    return an_evidence(gain, **{**good, **parts})


def _unit_of(check: str, gain: float | None = 0.1) -> Callable[[Read], object]:
    """What a check of the gate tells its numbers in."""
    evidence = _evidence(gain)

    def unit(read: Read) -> str:
        (found,) = [found for found in judge(evidence, read.charter.requirements).checks if found.name == check]
        return found.unit

    return unit


def _decisions(read: Read) -> object:
    """What one decision of each kind brings: a hit, a miss, a false alarm, and one rightly left alone."""
    assert read.charter.value is not None
    positive, score = np.array([True, True, False, False]), np.array([0.9, 0.1, 0.9, 0.1])
    return decided(positive, score, 0.5, read.charter.value.matrix).tolist()


def _may_answer(owner: str, role: str) -> Callable[[Read], object]:
    """Whether the owner's word counts as that of the role."""
    return lambda read: read.charter.people.role_of(owner, (role,)) == role


def _states(read: Read) -> Mapping[str, object]:
    """The states of the model's training."""
    found: Mapping[str, object] = training_definition(
        *("build", Trainer("train"), "evaluate"), read.charter.training, read.charter.people.training
    )["States"]
    return found


def _job(**changed: str) -> dict[str, str]:
    """The charter's words with a training job, of which something is changed."""
    fields = {
        "largest": "ml.m5.xlarge",
        "max_runtime": "1h",
        "spot": "false",
        "always": "false",
        "shards": "1",
        **changed,
    }
    words = ", ".join(f"{name}: {value}" for name, value in fields.items())
    return {"measure_views: false": f"measure_views: false\n  job: {{{words}}}"}


def _place(read: Read) -> object:
    """The machine for one row."""
    terms = read.charter.training.job
    return None if terms is None else place(1, 1, terms)


def _job_on(read: Read) -> object:
    """The machine of what the largest may just be too small for, and how its job is asked for."""
    terms = read.charter.training.job
    if terms is None:
        return None
    try:
        there = place_for(rows_in_memory(10, room_of(MACHINES["ml.m5.xlarge"], terms)) + 1, 10, terms)
    except TooLarge:
        there = Place(MACHINES["ml.m5.xlarge"])
    job = planned("dev", "trips", "r1", "refit", "", there, terms, 1, 1)
    return job.machine, job.seconds, job.spot, job.shards


def _card(read: Read) -> Card:
    """What is told of a version of the model."""
    catalog = MemoryCatalog()
    catalog.register(a_version(1, model=read.charter.model))
    return show_card(read.charter, 1, catalog=catalog)


def _blocks(read: Read) -> object:
    """How many observations four rows of two entities are."""
    moments, entities = np.arange(4.0), np.array([0, 0, 1, 1])
    return len(set(Blocks(read.charter.training.gate.block, moments, entities).of.tolist()))


def _own_trials(read: Read) -> list[Trial]:
    """The trials that a training begins with, but for the yardsticks: of 81 days."""
    made = a_training_set(first=NOW - timedelta(days=81), holdout_from=NOW)
    return [trial for trial in trials(read.charter.training.search, made) if trial.recipe == "pipeline"]


def _best_trial(read: Read) -> object:
    """Which trial is taken to the contest: one ranks better, the other has the lesser loss."""
    catalog = MemoryCatalog()
    catalog.begin_run(a_run(model=read.charter.model))
    found = {1: {"roc_auc": 0.7, "log_loss": 0.4}, 2: {"roc_auc": 0.8, "log_loss": 0.5}}
    results = [TrialResult(a_trial(number), shown, 1.0) for number, shown in found.items()]
    return select(read.charter, "r1", a_training_set(), results, Checked(), catalog=catalog).trial.number


def _training_set(read: Read) -> object:
    """When the holdout of the training set begins, or why there is none."""
    lake, catalog = MemoryObjectStore(), MemoryCatalog()
    for name, table in _tables().items():
        lake.put(name, to_parquet(table))
        upload = Upload(name, name, name, name, "c", "accepted", NOW, len(table), len(table), part=name, sequence=1)
        part = Part(name, 1, name, name, len(table), name)
        assert catalog.record_accepted(upload, part, catalog.head(name))
    made = build_training_set(
        "run",
        "call",
        "c1",
        ModelSource(read.charter, read.examined.contracts),
        read.functions,
        lake=lake,
        catalog=catalog,
        clock=MemoryClock(NOW),
    )
    return made if isinstance(made, str) else made[0].holdout_from - made[0].last


def _bundled(read: Read) -> object:
    out = read.folder / "out"
    write_charters(read_models(read.folder.parent), out)
    return sorted(path.name for path in (out / "serin_charters").iterdir() if path.is_dir())


def _source(read: Read) -> object:
    """Where files of trips come from, as the stack and the function that copies them are told."""
    source = sources_of([read.charter]).get("trips")
    return None if source is None else (source.bucket, source.prefix, source.every)


VIEW_OF_TRIPS = "    past: {entity: line, source: trips, event_time: ends, ttl: 7d, last: [delay]}\n  on_demand:"
WORTH = "  value: {unit: USD, matrix: {tp: 40, fp: -20, fn: -4, tn: 1}, minimum_per_1000: 500}\n"
SHORT_TRIPS = FILES["contracts/trips.yaml"].replace("minimum: 1}", "minimum: 1, maximum: 99}")
SOURCE = "source: {from: s3://acme-exports/trips, every: 6h}"
SOURCE_DAILY = SOURCE.replace("6h", "1d")
PROOFS: Mapping[str, Proof] = {
    "model": Proof({"model: trip-delay": "model: trip-cost"}, _bundled, ["trip-cost"]),
    "access": Proof({"task: binary": "task: binary\naccess: sigv4"}, lambda read: read.charter.access, "sigv4"),
    "positive": Proof({"task: binary": "task: binary\npositive: false"}, _classes, (True, False)),
    "task": Proof(
        {
            "task: binary": "task: multiclass",
            "{roc_auc: 0.6}": "{}",
            WORTH: "",
            ", value_per_1000: 100}": "}",
        },
        _refuses({"metrics: {": "metrics: {brier: 0.2, "}),
        shows=True,
    ),
    "design.problem": Proof({"trip end": "ride end"}, lambda read: read.charter.problem, "Will this ride end late?"),
    "design.intended_use.for": Proof(
        {"Warn riders early.": "Plan the night."}, lambda read: _card(read).design.intended_for, "Plan the night."
    ),
    "design.intended_use.not_for": Proof(
        {"[pay of drivers]": "[fines]"}, lambda read: _card(read).design.not_for, ("fines",)
    ),
    "design.requirements.metrics.*": Proof(
        {"roc_auc: 0.6": "roc_auc: 0.7"}, _verdict(metrics={"roc_auc": a_sample(0.66)}), "fail"
    ),
    "design.value.unit": Proof(
        {"unit: USD": "unit: minutes"}, _unit_of("value against the champion"), "minutes per 1,000 predictions"
    ),
    "design.value.matrix.tp": Proof({"tp: 40": "tp: 50"}, _decisions, [50, -4, -20, 1]),
    "design.value.matrix.fn": Proof({"fn: -4": "fn: -5"}, _decisions, [40, -5, -20, 1]),
    "design.value.matrix.fp": Proof({"fp: -20": "fp: -30"}, _decisions, [40, -4, -30, 1]),
    "design.value.matrix.tn": Proof({"tn: 1": "tn: 2"}, _decisions, [40, -4, -20, 2]),
    "design.value.minimum_per_1000": Proof(
        {"minimum_per_1000: 500": "minimum_per_1000: 1000"}, _verdict(None, value=a_value(900)), "fail"
    ),
    "design.requirements.slices.*.metric": Proof(
        {"{metric: log_loss, margin": "{metric: brier, margin"}, _unit_of("slices of line"), "brier"
    ),
    "design.requirements.slices.*.margin": Proof(
        {"margin: 0.03": "margin: 0.3"},
        _verdict(slices=(SliceEvidence("line", "A", "log_loss", a_sample(-0.1)),)),
        "pass",
    ),
    **{
        f"people.{role}.who": Proof(
            {f"{role}: {{who: [{owner}]": f"{role}: {{who: [other]"}, _may_answer("other", role), shows=True
        )
        for role, owner in zip(ROLES, ("lead", "desk", "science", "data", "ml"), strict=True)
    },
    "maturity.target.google": Proof(
        {"people:\n": "maturity: {target: {google: 0}}\npeople:\n"},
        lambda read: (
            maturity_of("trip-delay", {}, datetime(2026, 1, 1, tzinfo=UTC), read.charter.maturity_target).enough
            is not None
        ),
        True,
    ),
    "people.four_eyes": Proof(
        {"people:\n": "people:\n  four_eyes: false\n"},
        lambda read: read.charter.people.may_approve("ana", ["ana"]),
        True,
    ),
    "people.approvals.first_release": Proof(
        {"first_release: []": "first_release: [ml_engineer]"},
        lambda read: read.charter.people.first_release,
        ("ml_engineer",),
    ),
    "people.approvals.release": Proof(
        {" release: []": " release: [ml_engineer]"}, lambda read: read.charter.people.release, ("ml_engineer",)
    ),
    "people.approvals.training": Proof(
        {"training: []": "training: [data_scientist]"},
        lambda read: _states(read)["Check"]["Next"],
        "Ask",
    ),
    "training.measure_views": Proof(
        {"measure_views: false": "measure_views: true"}, lambda read: "Measure" in _states(read), shows=True
    ),
    "training.job.largest": Proof(_job(largest="ml.m5.2xlarge"), _job_on, ("ml.m5.2xlarge", 3600, False, 1)),
    "training.job.max_runtime": Proof(_job(max_runtime="2h"), _job_on, ("ml.m5.xlarge", 7200, False, 1)),
    "training.job.spot": Proof(_job(spot="true"), _job_on, ("ml.m5.xlarge", 3600, True, 1)),
    "training.job.shards": Proof(_job(shards="2"), _job_on, ("ml.m5.xlarge", 3600, False, 2)),
    "training.job.always": Proof(_job(always="true"), _place, Place(MACHINES["ml.m5.large"])),
    "training.gate.metric": Proof(
        {"gate: {metric: log_loss": "gate: {metric: brier"}, _unit_of("gain over the champion"), "brier"
    ),
    "training.gate.alpha": Proof({"log_loss, alpha: 0.05": "log_loss, alpha: 0.2"}, _verdict(0.004), "pass"),
    "training.gate.block": Proof({"block: row": "block: entity"}, _blocks, 2),
    "training.gate.minimum_gain": Proof({"minimum_gain: 0.001": "minimum_gain: 0.2"}, _verdict(0.1), "fail"),
    "release.margins.value_per_1000": Proof(
        {"value_per_1000: 100": "value_per_1000: 10"}, _verdict(value=a_value(900, -20, 500)), "fail"
    ),
    **RELEASE_PROOFS,
    **RETRAINING_PROOFS,
    **DESIGN_PROOFS,
    **TRUTH_PROOFS,
    **MONITORING_PROOFS,
    "datasets.*.contract": Proof(
        {"contracts/trips.yaml": "contracts/short.yaml"},
        lambda read: [rule.maximum for rule in read.examined.contracts["trips"].rules if rule.kind == "range"],
        [99],
        {"contracts/short.yaml": {"": SHORT_TRIPS}},
    ),
    "datasets.*.derive.call": Proof(
        {'trips.yaml, derive: {call: "features:trip': 'trips.yaml, derive: {call: "features:strict'},
        _column("__label"),
        [True, True, True],
    ),
    "datasets.*.derive.with": Proof({"with: [stations]": "with: [depots]"}, _looked_up, [[101, 51]]),
    "datasets.*.source.from": Proof(
        {"trips: {contract: contracts/trips.yaml,": f"trips: {{contract: contracts/trips.yaml, {SOURCE},"},
        _source,
        ("acme-exports", "trips/", timedelta(hours=6)),
    ),
    "datasets.*.source.every": Proof(
        {"trips: {contract: contracts/trips.yaml,": f"trips: {{contract: contracts/trips.yaml, {SOURCE_DAILY},"},
        _source,
        ("acme-exports", "trips/", timedelta(days=1)),
    ),
    "inputs.*.type": Proof(
        {"distance: {type: number": "distance: {type: integer"}, _accepts(distance=2.5), shows=False
    ),
    "inputs.*.nullable": Proof(
        {"station: {type: string, nullable: true}": "station: {type: string}"},
        _accepts(station=None),
        False,
        {"golden.json": {"null": '"S"'}},
    ),
    "inputs.*.min": Proof({"min: 0,": "min: 1,"}, _accepts(distance=0.5), shows=False),
    "inputs.*.max": Proof({"max: 900": "max: 800"}, _accepts(distance=850), shows=False),
    "features.moment": Proof({"starts - 2h": "starts - 1d"}, lambda read: _rows(read)["__moment"][0], _at(19)),
    "features.entities.*": Proof({"spot: [station]": "spot: [station, line]"}, _column("sky.wind"), [None, None, None]),
    "features.views.*.entity": Proof({"entity: spot": "entity: line"}, _column("sky.wind"), [None, None, None]),
    "features.views.*.source": Proof(
        {"source: stations": "source: depots"}, _column("climb"), [101 / 8, 51 / 5, 51 / 2]
    ),
    "features.views.*.last": Proof({"last: [wind, rain]": "last: [rain, wind]"}, _columns, ["sky.rain", "sky.wind"]),
    "features.views.*.windows.*.of": Proof({"{of: wind": "{of: rain"}, _gusts, [None, None, None]),
    "features.views.*.windows.*.do": Proof({"do: max": "do: count"}, _gusts, [0, None, 1]),
    "features.views.*.windows.*.over": Proof({"over: 3h": "over: 5h"}, _gusts, [2, None, 4]),
    "features.views.*.event_time": Proof(
        {"event_time: seen_at": "event_time: told_at"}, _column("sky.wind"), [2, None, 4]
    ),
    "features.views.*.created_time": Proof(
        {"created_time: told_at": "created_time: seen_at"}, _column("sky.wind"), [None, 3, 4]
    ),
    "features.views.*.ttl": Proof({"ttl: 3h": "ttl: 5h"}, _column("sky.wind"), [2, None, 4]),
    "features.views.*.static": Proof(
        {"static: true,": "event_time: built_at, ttl: 900d,"}, _column("climb"), [100 / 8, None, None]
    ),
    "features.on_demand.*": Proof({"features:hour": "features:minute"}, _column("hour"), [0, 0, 7]),
    "features.defaults.*": Proof({"sky.rain: 0.5": "sky.rain: 0.75"}, _column("sky.rain"), [0.75, 0.75, 0.75]),
    "features.model_uses": Proof({"line, sky, climb]": "sky.rain]"}, _columns, ["sky.rain"]),
    "truth.dataset": Proof(
        {"truth: {dataset: trips": "truth: {dataset: rides"}, _column("__label"), [True, True, True]
    ),
    "truth.entity": Proof({"entity: trip,": "entity: line,"}, _refuses({"  on_demand:": VIEW_OF_TRIPS}), shows=True),
    "truth.label": Proof({"label: late": "label: very_late"}, _column("__label"), [False, False, True]),
    "truth.created_time": Proof(
        {"label: late}": "label: late, created_time: ends}"}, _created, _tables()["trips"]["ends"].to_list()
    ),
    "training.start_on.features": Proof(
        {"start_on: {features: trips}": "start_on: {features: weather}"},
        lambda read: read.charter.training.start_on,
        "weather",
    ),
    "training.pipeline": Proof(
        {"pipeline: pipeline.py": "pipeline: other.py"},
        lambda read: read.charter.training.pipeline,
        "other.py",
        {"other.py": {"": FILES["pipeline.py"]}},
    ),
    "training.window": Proof({"window: 30d": "window: 10d"}, lambda read: len(_rows(read)), 1),
    "training.holdout": Proof({"holdout: 7d": "holdout: 9d"}, _training_set, timedelta(days=-9)),
    "training.minimum_rows": Proof(
        {"minimum_rows: 2": "minimum_rows: 3"},
        _training_set,
        "2 labelled rows before the holdout; training.minimum_rows is 3",
    ),
    "training.search.method": Proof(
        {"method: grid": "method: halving"}, lambda read: {trial.days for trial in _own_trials(read)}, {27}
    ),
    "training.search.trials": Proof({"trials: 4": "trials: 3"}, lambda read: len(_own_trials(read)), 3),
    "training.search.concurrency": Proof(
        {"concurrency: 2": "concurrency: 5"}, lambda read: read.charter.training.search.concurrency, 5
    ),
    "training.search.optimise": Proof({"optimise: log_loss": "optimise: roc_auc"}, _best_trial, 2),
    "training.search.space.*": Proof(
        {"[15, 31]": "[63]"},
        lambda read: [trial.params["max_leaf_nodes"] for trial in _own_trials(read)],
        [63, 63],
    ),
    "release.golden": Proof(
        {"golden: golden.json": "golden: other.json"},
        lambda read: [row["expect"] for row in read.examined.golden],
        [{"probability": [0.0, 0.5]}],
        {"other.json": {"": FILES["golden.json"].replace("0.9", "0.5")}},
    ),
}
# These have one value so far: what the field does is to refuse every other.
ONE_VALUE: Mapping[str, tuple[str, str]] = {
    "charter": ("charter: 1", "charter: 2"),
}


def _read(root: Path, proof: Proof | None = None) -> Read:
    """The written model, changed as the proof says."""
    files = {"model.yaml": proof.edits, **(proof.files or {})} if proof else {}
    path = write_model(root, files, "trip-cost" if "model: trip-cost" in str(files) else "trip-delay")
    return Read(examine(path), path.parent)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """The model as it was written."""
    return _read(tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="module", params=PROOFS)
def changed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Proof, Read]:
    """A field's proof, and the model with that field changed."""
    proof = PROOFS[request.param]
    return proof, _read(tmp_path_factory.mktemp("after"), proof)


def test_a_field_changes_what_it_says(before: Read, changed: tuple[Proof, Read]) -> None:
    proof, after = changed
    assert proof.looked_at(before) != proof.shows
    assert proof.looked_at(after) == proof.shows


def test_a_field_reaches_the_compiled_charter(before: Read, changed: tuple[Proof, Read]) -> None:
    _, after = changed
    assert as_record(before.charter) != as_record(after.charter)
    assert before.charter.digest() != after.charter.digest()


@pytest.mark.parametrize("field", ONE_VALUE)
def test_a_field_of_one_value_refuses_every_other(field: str, tmp_path: Path) -> None:
    old, new = ONE_VALUE[field]
    with pytest.raises(Invalid, match=f": {field}: "):
        read_charter(write_charter(tmp_path, {old: new}))


def test_every_field_of_a_charter_has_an_effect_and_no_effect_is_without_a_field() -> None:
    fields = set(leaf_fields(CharterFile))
    assert len(fields) > 30
    assert fields == set(EFFECTS)


def test_every_effect_has_a_proof() -> None:
    assert set(PROOFS) | set(ONE_VALUE) == set(EFFECTS)


@pytest.mark.parametrize("field", EFFECTS)
def test_an_effect_is_a_sentence_about_a_file_that_is_there(field: str) -> None:
    effect = EFFECTS[field]
    assert (ROOT / effect.where).is_file()
    assert effect.changes.endswith(".")
