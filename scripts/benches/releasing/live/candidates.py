"""Candidates: version 1 with other code in its layer, registered as a training registers what has passed its gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benches.own_cloud import Place
from benches.releasing.live.place import MODEL
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import RecordTable
from serin.adapters.events import EventBridgeEvents
from serin.adapters.s3 import S3ObjectStore
from serin_cli.altered import register_altered
from serin_cli.connection import aws_client

BEHAVIOURS: Mapping[str, str] = {
    "good": "pass",
    "raises": 'raise RuntimeError("this zone has no share")',
    "times_out": "time.sleep(3600)",
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "slow": "time.sleep(0.7)",
    "nonsense": "answer = answer + 2",
    "not_a_number": "answer = answer * np.nan",
    "wrong_labels": "answer = answer[:, ::-1]",
}
"""What a candidate does when it is asked about a parcel it trips over."""
_CODE = """

import os, signal, time

_shares = Shares.predict_proba


def _predict_proba(self, table):
    answer, weight = _shares(self, table), table["weight"]
    if ({trips}).any():
        {does}
    return answer


Shares.predict_proba = _predict_proba
"""


@dataclass(frozen=True)
class Candidate:
    """What it does with parcels of one weight, or of every weight; the golden ones weigh nothing and go well."""

    behaviour: str
    weight: int | None = None

    @property
    def code(self) -> str:
        """What is written below the model's own pipeline."""
        trips = "weight > 0" if self.weight is None else f"weight == {self.weight}"
        return _CODE.format(trips=trips, does=BEHAVIOURS[self.behaviour])


def register_candidate(place: Place, candidate: Candidate, name: str) -> int:
    """Its version's number; the event of its registration starts its release, as that of any training."""
    names = place.settings.names
    artifacts = S3ObjectStore(
        aws_client(place.connection, "s3"), place.connection.uploads_bucket.replace("-uploads-", "-artifacts-")
    )

    def alter(code: dict[str, bytes]) -> None:
        code["pipeline.py"] += candidate.code.encode()

    return register_altered(
        *(MODEL, 1, name, alter),
        artifacts=artifacts,
        catalog=DynamoCatalog(RecordTable(aws_client(place.connection, "dynamodb"), names.table("catalog"))),
        events=EventBridgeEvents(aws_client(place.connection, "events"), names.bus),
        clock=place.cloud.clock,
    )
