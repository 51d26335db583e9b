"""Hostile files by the way every file comes: S3, the queue, and the function with its own memory and time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest

from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import RecordTable
from serin.domain.datasets import Upload
from serin_cli.local import Running, running
from serin_cli.walk import CLOCK
from tests.hostile_files import GOOD, HEADER, NAMES, SMALL, THROUGH, Hostile

# One of each end, and those that could end the process; tests/unit/services/test_hostile_uploads.py looks at all.
BY_THIS_WAY = (
    *("mixed-types.csv", "missing-column.csv", "empty.csv", "utf-8-bom.csv", "quoted-newlines.csv", "nul.csv"),
    *("a-million-columns.csv", "truncated.csv.gz", "zip-bomb.zip", "truncated.parquet", "deeply-nested.parquet"),
    *("billions-of-rows.parquet", "hidden-rows.parquet", "dictionary.parquet", "column-with-an-escape.csv"),
)
CHOSEN = [hostile for hostile in SMALL if hostile.name in BY_THIS_WAY]
REPORT = re.compile(r"Memory Size: ([0-9]+) MB\tMax Memory Used: ([0-9]+) MB")


@dataclass(frozen=True)
class Call:
    """What Lambda reports of one call."""

    memory_mb: int
    used_mb: int


@dataclass
class Intake:
    """The uploads bucket of a platform that is up, what the catalog says, and what the function's calls took."""

    platform: Running
    seen: set[str] = field(default_factory=set)

    def client(self, service: str) -> Any:
        return boto3.client(service, **self.platform.cloud.client)

    @property
    def stage(self) -> str:
        return self.platform.connection.stage

    @property
    def catalog(self) -> DynamoCatalog:
        return DynamoCatalog(RecordTable(self.client("dynamodb"), f"serin-{self.stage}-catalog"))

    def put(self, key: str, content: bytes) -> str:
        """The object's name in the catalog, once everything it caused has happened."""
        put = self.client("s3").put_object(Bucket=self.platform.connection.uploads_bucket, Key=key, Body=content)
        self.platform.cloud.settle()
        return f"{key}@{put['VersionId']}"

    def upload(self, arrival: str) -> Upload:
        upload_id = self.catalog.arrival("flights", arrival)
        assert upload_id is not None
        found = self.catalog.upload("flights", upload_id)
        assert found is not None
        return found

    def stored(self, arrival: str) -> bytes:
        key, _, version = arrival.rpartition("@")
        bucket = self.platform.connection.uploads_bucket
        content: bytes = self.client("s3").get_object(Bucket=bucket, Key=key, VersionId=version)["Body"].read()
        return content

    def calls(self) -> list[Call]:
        """The calls of accept_upload since this was last asked."""
        group = f"/aws/lambda/serin-{self.stage}-accept-upload"
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        lines = [event for page in pages for event in page["events"] if event["message"].startswith("REPORT ")]
        new = [event["message"] for event in lines if event["message"] not in self.seen]
        self.seen |= set(new)
        found = [REPORT.search(line) for line in new]
        return [Call(int(one[1]), int(one[2])) for one in found if one]

    def waiting(self, queue: str) -> int:
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=f"serin-{self.stage}-{queue}")["QueueUrl"]
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    with running(CLOCK) as platform:
        yield Intake(platform)


@pytest.mark.parametrize("hostile", [*CHOSEN, *THROUGH], ids=lambda item: item.name)
def test_a_hostile_file_is_sorted_out_or_refused_within_the_functions_memory_and_time(
    intake: Intake, hostile: Hostile
) -> None:
    content = hostile.content()
    head = intake.catalog.head("flights")
    arrival = intake.put(f"raw/flights/{hostile.name}", content)
    upload = intake.upload(arrival)
    assert upload.status == ("rejected" if hostile.found else "accepted"), upload.reason
    assert hostile.found in (upload.reason or "")
    assert (upload.accepted, upload.quarantined) == (hostile.accepted, hostile.quarantined)
    assert intake.catalog.head("flights").rows == head.rows + hostile.accepted
    assert intake.stored(arrival) == content
    (call,) = intake.calls()
    assert call.used_mb < call.memory_mb, call
    assert intake.waiting("uploads") == 0


def test_objects_of_hostile_names_are_remembered_as_nobodys(intake: Intake) -> None:
    # S3 takes a line feed in a key; moto's routes do not.
    names = [name for name in NAMES if "\n" not in name]
    for name in names:
        intake.put(name, HEADER + GOOD)
    found = {upload.key: upload for upload in intake.catalog.latest_uploads("unknown").items}
    assert len(found) == len(names) > 8
    assert {upload.status for upload in found.values()} == {"rejected"}
    assert all(upload.reason and upload.reason.isprintable() for upload in found.values())


def test_nothing_was_lost_on_the_way(intake: Intake) -> None:
    assert len(CHOSEN) == len(BY_THIS_WAY), "a file has another name now"
    assert [intake.waiting(queue) for queue in ("uploads", "uploads-dead", "undelivered")] == [0, 0, 0]
