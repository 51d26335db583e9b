"""Small valid domain objects for tests; each argument replaces one part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from serin.data.contract.types import POLARS_TYPES
from serin.domain import errors
from serin.domain.asking import Asking
from serin.domain.charter import (
    Charter,
    DatasetUse,
    Features,
    Input,
    Moment,
    ReleaseTerms,
    Search,
    Training,
    Truth,
    View,
)
from serin.domain.contracts import Column, Contract, Rule
from serin.domain.datasets import Part, Upload, upload_id
from serin.domain.experiments import Run, TrainingSet, Trial
from serin.domain.judgement import release_policy
from serin.domain.judgement.policy import GatePolicy
from serin.domain.judgement.release_evidence import Counts
from serin.domain.judgement.verdicts import Check, Verdict
from serin.domain.models import Artifact, ModelVersion, Published
from serin.domain.profiles import ProfileMade
from serin.domain.release_record import Judged, ReleasePlan
from serin.domain.releases import Release
from serin.domain.runs import RunSummary
from serin.serving.log import Call, LoggedRow, log_line

NOON = datetime(2013, 4, 1, 12, tzinfo=UTC)
LOG_STREAM = "2013/04/01/[2]abcdef"
"""Where a process of function version 2 tells what it does."""


def an_upload(content: bytes = b"a", **parts: Any) -> Upload:
    given: dict[str, Any] = {
        "id": upload_id("flights", content),
        "dataset": "flights",
        "file": "2013-01.csv",
        "key": "raw/flights/2013-01.csv",
        "contract": "c1",
        "status": "accepted",
        "at": NOON,
        "rows": 3,
        "accepted": 2,
        "quarantined": 1,
        "rules": {"flights.carrier.required": 1},
        "part": "datasets/flights/x.parquet",
        "sequence": 1,
    }
    return Upload(**{**given, **parts})


def an_upload_of(dataset: str, content: bytes, part: str, rows: int, sequence: int) -> Upload:
    """The upload whose rows were all accepted into one part."""
    name, key = upload_id(dataset, content), f"raw/{dataset}/{sequence}.csv"
    counts: dict[str, Any] = {"rows": rows, "accepted": rows, "quarantined": 0, "rules": {}}
    return an_upload(id=name, dataset=dataset, key=key, part=part, sequence=sequence, **counts)


def a_part(upload: Upload, sequence: int = 1) -> Part:
    return Part(upload.dataset, sequence, upload.id, upload.part or "", upload.accepted, upload.id)


def a_contract(**parts: Any) -> Contract:
    given: dict[str, Any] = {
        "dataset": "orders",
        "version": "1.0.0",
        "columns": (
            Column("order_id", "integer", required=True),
            Column("at", "timestamp", required=True),
            Column("shop", "string", required=True),
            Column("amount", "number"),
            Column("late", "boolean"),
        ),
        "rules": (
            Rule("orders.order_id.required", "required", ("order_id",), "completeness"),
            Rule("orders.order_id.unique", "unique", ("order_id",), "consistency"),
            Rule("orders.amount.range", "range", ("amount",), "accuracy", minimum=0, maximum=1000),
            Rule("orders.shop.one_of", "one_of", ("shop",), "accuracy", "warning", values=("north", "south")),
        ),
        "primary_key": ("order_id",),
    }
    return Contract(**{**given, **parts})


def a_contract_of(schema: Mapping[str, Any], **parts: Any) -> Contract:
    """The contract of a table with these columns and polars types, without rules; with no key unless one is named."""
    types = {dtype: name for name, dtype in POLARS_TYPES.items()}
    columns = tuple(Column(name, types[pl.Series(dtype=dtype).dtype]) for name, dtype in schema.items())
    return a_contract(**{"columns": columns, "rules": (), "primary_key": (), **parts})


def contracts_of_orders() -> Mapping[str, Contract]:
    """Of both datasets of the charter below."""
    shops = (Column("shop", "string"), Column("seen_at", "timestamp"), Column("length", "integer"))
    return {"orders": a_contract(), "shops": a_contract(dataset="shops", columns=shops, rules=(), primary_key=())}


def a_charter(**parts: Any) -> Charter:
    """A small binary model over one dataset, with one view of another."""
    given: dict[str, Any] = {
        "model": "late-orders",
        "task": "binary",
        "problem": "Will this order be late?",
        "floors": {"roc_auc": 0.6},
        "datasets": (
            DatasetUse("orders", "contracts/orders.yaml"),
            DatasetUse("shops", "contracts/shops.yaml"),
        ),
        "inputs": (
            Input("order_id", "integer"),
            Input("at", "timestamp"),
            Input("shop", "string"),
            Input("amount", "number", nullable=True, min=0),
        ),
        "features": Features(
            moment=Moment("at", timedelta(hours=1)),
            entities={"order": ("order_id",), "shop": ("shop",)},
            views=(View("queue", "shop", "shops", ("length",), "seen_at", "seen_at", timedelta(hours=3)),),
            on_demand={},
            model_uses=("amount", "shop", "queue"),
        ),
        "truth": Truth("orders", "order", "late"),
        "training": Training(
            start_on="orders",
            window=timedelta(days=365),
            holdout=timedelta(days=14),
            minimum_rows=100,
            search=Search("grid", 2, 2, "log_loss", {"max_leaf_nodes": (7, 15)}),
            gate=GatePolicy("log_loss"),
        ),
        "release": ReleaseTerms("golden.json"),
    }
    return Charter(**{**given, **parts})


GOLDEN: Mapping[str, object] = {
    "instance": {"order_id": 1, "at": "2013-04-01T12:00:00Z", "shop": "north", "amount": 20.0},
    "expect": {"probability": [0.0, 1.0]},
}
"""A golden row of `a_charter`."""


def a_training_set(**parts: Any) -> TrainingSet:
    given: dict[str, Any] = {
        "id": "set1",
        "model": "late-orders",
        "parquet": "training-sets/late-orders/set1/rows.parquet",
        "columns": "training-sets/late-orders/set1/columns.npz",
        "columns_digest": "d1",
        "rows": 1000,
        "learnable": 800,
        "heads": {"orders": "h1"},
        "charter": "c1",
        "code": "k1",
        "first": NOON - timedelta(days=60),
        "last": NOON,
        "holdout_from": NOON - timedelta(days=14),
    }
    return TrainingSet(**{**given, **parts})


def a_profile_made(sequence: int = 1, **parts: Any) -> ProfileMade:
    given: dict[str, Any] = {
        "model": "late-orders",
        "dataset": "orders",
        "id": f"p{sequence}",
        "key": f"reports/profiles/late-orders/orders/p{sequence}.json",
        "sequence": sequence,
        "at": NOON,
    }
    return ProfileMade(**{**given, **parts})


def a_run(**parts: Any) -> Run:
    given: dict[str, Any] = {"id": "r1", "model": "late-orders", "cause": "call", "status": "running", "at": NOON}
    return Run(**{**given, **parts})


def a_summary(name: str = "r1", **parts: Any) -> RunSummary:
    given: dict[str, Any] = {"id": name, "model": "late-orders", "status": "finished", "at": NOON}
    return RunSummary(**{**given, **parts})


def a_version(number: int = 1, **parts: Any) -> ModelVersion:
    given: dict[str, Any] = {
        "model": "late-orders",
        "version": number,
        "run": f"r{number}",
        "training_set": "set1",
        "params": {"max_leaf_nodes": 15},
        "metrics": {"roc_auc": 0.7, "log_loss": 0.5},
        "verdict": a_verdict(),
        "estimator": Artifact(f"models/late-orders/{number}/model.joblib", "e" * 64),
        "layer": Artifact(f"models/late-orders/{number}/layer.zip", "f" * 64),
        "code": "k1",
        "charter": "c1",
        "lock": "l1",
        "runtime": {"python": "3.11"},
        "learnt_until": NOON,
        "at": NOON,
    }
    return ModelVersion(**{**given, **parts})


def a_verdict(**parts: Any) -> Verdict:
    floor = Check("floor of roc_auc", "pass", "roc_auc 0.7, at least 0.65", "roc_auc", 0.6, 0.7, 0.65)
    given: dict[str, Any] = {"outcome": "pass", "sentence": "Passed: all 1 checks hold.", "checks": (floor,)}
    return Verdict(**{**given, **parts})


def a_published(number: int = 1, **parts: Any) -> Published:
    given: dict[str, Any] = {
        "model": "late-orders",
        "version": number,
        "function_version": str(number + 1),
        "layer_arn": f"layer:{number}",
        "code_sha256": "code-1",
        "layers": ("core", "science"),
    }
    return Published(**{**given, **parts})


def a_release(**parts: Any) -> Release:
    given: dict[str, Any] = {
        "id": "rel1",
        "model": "late-orders",
        "version": 1,
        "cause": "registered",
        "epoch": 1,
        "status": "running",
        "at": NOON,
    }
    return Release(**{**given, **parts})


def an_asking(correlation: str = "c1", again: str | None = None, by: str = "ana") -> Asking:
    return Asking(by, "t1", NOON, correlation, again)


def a_plan(**parts: Any) -> ReleasePlan:
    given: dict[str, Any] = {
        "model": "late-orders",
        "release": "rel1",
        "version": 2,
        "function_version": "3",
        "previous": "2",
        "policy": release_policy.ReleasePolicy(),
        "weights": (10, 50),
        "latency_ms": 200.0,
        "began": NOON,
    }
    return ReleasePlan(**{**given, **parts})


def a_judged(number: int = 1, **parts: Any) -> Judged:
    given: dict[str, Any] = {
        "release": "rel1",
        "number": number,
        "at": NOON,
        "phase": "canary",
        "weight": 10,
        "outcome": "continue",
        "sentence": "Goes on: not enough evidence: 9 more calls of the candidate.",
        "checks": (Check("errors", "inconclusive", "2 of 41 failures", "e", 20.0, 1.5),),
        "against": 1.5,
        "enough": 20.0,
        "missing_calls": 9,
        "candidate": Counts(41, 1),
        "live": Counts(370, 1),
    }
    return Judged(**{**given, **parts})


def a_prediction_line(name: str, at: datetime = NOON, **parts: Any) -> str:
    """A line of the prediction log, as predict writes it."""
    call: dict[str, Any] = {
        "request_id": "call-1",
        "at": at,
        "model": "late-orders",
        "version": 1,
        "function_version": "2",
        "runtime": "scikit-learn",
        "cold": False,
        "ms": 1.5,
        "cpu_ms": 1.25,
    }
    given: dict[str, Any] = {
        "prediction_id": name,
        "inputs": {"order_id": 1, "at": at, "shop": "north", "amount": None},
        "features": {"amount": None, "shop": "north", "queue.length": 4},
        "missing": (),
        "stale": (),
        "score": 0.1,
        "label": False,
    }
    of_row = {key: value for key, value in parts.items() if key in given}
    of_call = {key: value for key, value in parts.items() if key not in given}
    return log_line(Call(**{**call, **of_call}), LoggedRow(**{**given, **of_row}))


def a_trial(number: int = 1) -> Trial:
    return Trial(number, {"max_leaf_nodes": 7})


def kinds_of_errors() -> list[type[errors.SerinError]]:
    """Every kind a user can meet; what only a command has for itself is none."""
    return [kind for kind in errors.SerinError.__subclasses__() if kind.__module__ == errors.__name__]
