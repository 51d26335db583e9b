"""A release whose candidate is asked in the shadow: two versions, their layers, and what callers were answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryEndpoint
from serin.domain.charter import Charter
from serin.domain.judgement.release_evidence import Shadow
from serin.domain.judgement.release_policy import ReleasePolicy, ShadowPolicy
from serin.domain.models import Artifact
from serin.domain.release_record import ReleasePlan
from serin.domain.shadows import ShadowAnswer, ShadowRow
from serin.learning.package import model_layer
from serin.services.collect_predictions import collect_predictions
from serin.services.shadow_release import shadow_round
from serin.services.steps.stored_shadow import stored_shadow
from serin.serving.estimators import sha256_of
from serin.serving.manifest import Manifest
from tests.builders import LOG_STREAM, NOON, a_charter, a_prediction_line, a_published, a_release, a_version

MODEL, LIVE, CANDIDATE = "late-orders", "2", "3"
CODE = b"""import polars as pl
def late(orders):
    return orders.with_columns(pl.lit(7).alias("very"))
def breaks(orders):
    raise ValueError("nothing is late")
"""
LEARNT = NOON - timedelta(days=1)


@dataclass
class Shadowing:
    """Version 1 is live as function version 2; version 2 is the candidate, as 3."""

    live: Charter = field(default_factory=a_charter)
    candidate: Charter = field(default_factory=a_charter)
    pairs: int = 600
    of_live: dict[str, Any] = field(default_factory=dict)
    of_candidate: dict[str, Any] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOON + timedelta(hours=1)

    def __post_init__(self) -> None:
        self.lake, self.artifacts, self.catalog = MemoryObjectStore(), MemoryObjectStore(), MemoryCatalog()
        self.rows: list[ShadowRow] = []
        self.endpoint = MemoryEndpoint(shadows=self.says)
        self.answer = ShadowAnswer(0.1, label=False)
        self.endpoint.versions += [a_published(1), a_published(2)]
        for number, charter, parts in ((1, self.live, self.of_live), (2, self.candidate, self.of_candidate)):
            manifest = Manifest(MODEL, charter.task, f"set{number}", {}, (), (), {}, sha256_of(b"model"))
            layer = model_layer(charter, manifest, b"model", {"features.py": CODE})
            key = f"models/{MODEL}/{number}/layer.zip"
            self.artifacts.put(key, layer)
            made: dict[str, Any] = {
                "layer": Artifact(key, sha256_of(layer)),
                "learnt_until": LEARNT,
                "run": f"r{number}",
            }
            self.catalog.register(a_version(number, **{**made, **parts}))
        self.catalog.save_release(a_release(version=2, previous=1, correlation="c1"))
        policy = ReleasePolicy(**{"shadow": ShadowPolicy(pairs=self.pairs), **self.policy})
        self.plan = ReleasePlan(MODEL, "rel1", 2, CANDIDATE, LIVE, policy, (10, 50), 100.0, NOON)

    def says(self, function_version: str, row: ShadowRow) -> ShadowAnswer:
        """What a version says of a row; what the candidate was asked is kept."""
        if function_version == LIVE:
            return ShadowAnswer(0.5, label=True)
        self.rows.append(row)
        return self.answer

    def logged(self, count: int, at: datetime = NOON, of_request: int = 1, **parts: Any) -> None:
        """Callers were answered: `count` rows in requests of so many."""
        lines = [
            a_prediction_line(
                f"p{number}-{at:%d%H%M}",
                at,
                **{
                    "request_id": f"q{number // of_request}-{at:%d%H%M}",
                    "function_version": LIVE,
                    "inputs": {"order_id": number, "at": at, "shop": "north", "amount": None},
                    **parts,
                },
            )
            for number in range(count)
        ]
        collect_predictions(MODEL, LOG_STREAM, lines, lake=self.lake)

    def round(self) -> Shadow:
        """One round, a minute after the one before."""
        self.now += timedelta(minutes=1)
        shadow_round(self.plan, self.now, **self.ports, endpoint=self.endpoint)
        return self.stored()

    def stored(self) -> Shadow:
        """What is kept."""
        return stored_shadow(self.plan, **self.ports).shadow

    @property
    def ports(self) -> dict[str, Any]:
        """The places a shadow reads and writes."""
        return {"lake": self.lake, "artifacts": self.artifacts, "catalog": self.catalog}

    def asked(self, function_version: str = CANDIDATE) -> list[tuple[str, ...]]:
        """The rows of each call of a version."""
        return [rows for version, _, _, rows in self.endpoint.shadowed if version == function_version]
