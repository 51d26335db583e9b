"""A dataset that comes from somebody's bucket: a changed charter, deployed; days pass, and its rows are there once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.events.models import events_backends

from infra.app import synthesise
from infra.local.cloud import LocalCloud
from infra.local.deploy.assembly import read as read_assembly
from infra.local.services.events.router import Router
from infra.local.wiring import ACCOUNT, wiring
from infra.settings import read_settings
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import RecordTable
from serin.domain.datasets import Upload
from serin_cli.command_line.app import result_of
from serin_cli.connection import Connection, save
from serin_cli.trace import lines_of
from serin_cli.walk import CLOCK
from tests.e2e.connections import connection_to
from tests.e2e.exercise import targets_that_do_not_answer
from tests.e2e.grants import Grant, Requests, deployed_grants
from tests.e2e.local.templates import aws
from tests.e2e.tools import ROOT, copy_of_checkout

BUCKET = "acme-exports"
PLANES = "  planes: {contract: contracts/planes.yaml}"
SOURCED = PLANES.replace("}", f", source: {{from: s3://{BUCKET}/planes, every: 1d}}}}")
NEEDED = ("catalog", "lake", "api")
"""The stacks whose parts an object passes, and who is asked about it; the others are the same as ever."""
DAY = timedelta(days=1)
RETRIED = timedelta(minutes=10)
"""After which Lambda has tried a failed look twice more and gives it to the dead letters."""

COLUMNS = "tailnum,year,type,manufacturer,model,engines,seats,speed,engine"


@dataclass(frozen=True)
class Day:
    """What was found after a day: the last look, the rows of planes, versions of raw files."""

    look: Mapping[str, Any]
    rows: int
    copies: int


@dataclass(frozen=True)
class Acquired:
    """The days, the uploads and what the logs tell of one of them, and who was granted what and asked for what."""

    days: Mapping[str, Day]
    uploads: Sequence[Upload]
    story: Sequence[Mapping[str, Any]]
    grants: Mapping[str, Grant]
    decisions: Sequence[Any]


class Days:
    """A cloud on which days pass."""

    def __init__(self, cloud: LocalCloud, connection: Connection) -> None:
        self.cloud = cloud
        self.s3 = aws(cloud, "s3")
        self.catalog = DynamoCatalog(RecordTable(aws(cloud, "dynamodb"), "serin-dev-catalog"))
        self._uploads = connection.uploads_bucket

    def put(self, key: str, *tails: str) -> None:
        """Somebody exports these planes."""
        rows = [f"{tail},2001,Rotorcraft,ACME,A1,1,8,,Turbo-shaft\n" for tail in tails]
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=f"{COLUMNS}\n{''.join(rows)}".encode() if rows else b"")

    def passes(self) -> Day:
        """A day later."""
        self.cloud.advance(DAY)
        self.cloud.settle()
        (found,) = shown()
        versions = self.s3.list_object_versions(Bucket=self._uploads, Prefix="raw/planes/").get("Versions", [])
        return Day(found["last"], self.catalog.head("planes").rows, len(versions))


def shown() -> Any:
    """What `serin sources --json` says."""
    return result_of("sources", "--json")


@pytest.fixture(scope="module")
def acquired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acquired]:
    folder = Path(tmp_path_factory.mktemp("acquire"))
    working_copy = copy_of_checkout(folder / "copy")
    charter = working_copy / "models" / "flight-delay" / "model.yaml"
    assert PLANES in charter.read_text()
    charter.write_text(charter.read_text().replace(PLANES, SOURCED))
    assembly = read_assembly(synthesise(read_settings(ROOT / "cdk.json"), "local", folder / "assembly", working_copy))
    needed = replace(assembly, stacks=tuple(one for one in assembly.stacks if one.name.split("-")[-1] in NEEDED))
    assert len(needed.stacks) == len(NEEDED)
    with LocalCloud.start(needed, clock=CLOCK) as cloud, pytest.MonkeyPatch.context() as patch:
        patch.chdir(working_copy)
        uploads = f"serin-dev-uploads-{ACCOUNT}-{cloud.region}"
        connection = connection_to(cloud, token="none", uploads=uploads)
        save(connection)
        made = result_of("token", "create", "--owner", "ana", "--scope", "read", "--for", "30d")
        save(replace(connection, token=str(made["token"])))
        yield _after_some_days(Days(cloud, connection), connection)


def _after_some_days(days: Days, connection: Connection) -> Acquired:
    found = {}
    assert shown() == [{"dataset": "planes", "source": f"s3://{BUCKET}/planes/", "every_minutes": 1440}]
    found["no bucket"] = days.passes()
    days.cloud.advance(RETRIED)
    days.s3.create_bucket(Bucket=BUCKET)
    days.put("planes/")
    days.put("planes/north/part-0.csv", "N1", "N2")
    days.put("planes/south/part-0.csv", "N3")
    days.put("planes-of-others/part-0.csv", "N4")
    found["first"] = days.passes()
    found["nothing new"] = days.passes()
    days.put("planes/south/part-0.csv", "N5", "N6")
    found["written again"] = days.passes()
    uploads = days.catalog.latest_uploads("planes").items
    story = lines_of(str(uploads[0].correlation), connection)
    (rule,) = [rule for rule in events_backends[ACCOUNT][days.cloud.region].event_buses["default"].rules.values()
               if rule.scheduled_expression]  # fmt: skip
    with targets_that_do_not_answer():
        wiring().part(Router).fire(rule, {"id": "0"})
        days.cloud.settle()
    grants = {grant.name: grant for grant in deployed_grants() if "cquire" in grant.name}
    return Acquired(found, uploads, story, grants, wiring().guard.decisions)


def test_new_objects_are_in_the_dataset_once_and_only_those_of_the_source(acquired: Acquired) -> None:
    day = acquired.days["first"]
    assert (day.look["seen"], day.look["copied"], day.rows, day.copies) == (2, 2, 3, 2)
    assert "error" not in day.look


def test_the_next_look_copies_nothing(acquired: Acquired) -> None:
    day = acquired.days["nothing new"]
    assert (day.look["seen"], day.look["copied"], day.rows, day.copies) == (2, 0, 3, 2)


def test_an_object_that_was_written_again_is_copied_again(acquired: Acquired) -> None:
    day = acquired.days["written again"]
    assert (day.look["seen"], day.look["copied"], day.rows, day.copies) == (2, 1, 5, 3)


def test_uploads_are_named_after_their_objects_and_told_apart(acquired: Acquired) -> None:
    names = {upload.file for upload in acquired.uploads}
    assert len(names) == 3
    assert all(name.startswith("part-0-") and name.endswith(".csv") for name in names)


def test_a_bucket_that_is_not_there_is_said_where_a_person_looks(acquired: Acquired) -> None:
    look = acquired.days["no bucket"].look
    assert (look["error"], look["seen"]) == (f"There is no bucket '{BUCKET}'.", 0)
    assert look["remedy"] == "Correct the source in the charter, and deploy."


def test_the_story_of_an_upload_says_where_it_came_from(acquired: Acquired) -> None:
    story = {line["function"]: line for line in acquired.story}
    assert set(story) == {"acquire", "accept_upload"}
    assert story["acquire"]["why"] == f"copied s3://{BUCKET}/planes/south/part-0.csv"


def test_what_is_granted_is_what_this_list_says(acquired: Acquired) -> None:
    assert sorted(acquired.grants) == [
        "Acquire: dynamodb:GetItem dynamodb:PutItem dynamodb:Query on table/catalog",
        "Acquire: logs:CreateLogStream logs:PutLogEvents on log-group:/aws/lambda/acquire:*",
        f"Acquire: s3:GetObject on {BUCKET}/planes/*",
        f"Acquire: s3:ListBucket on {BUCKET} for planes/*",
        "Acquire: s3:PutObject on uploads/raw/planes/*",
        "Acquire: sqs:SendMessage on failed",
        "events: lambda:InvokeFunction on function:acquire for acquire-*",
    ]


def test_every_action_is_used_and_its_statement_would_be_missed(acquired: Acquired) -> None:
    assert len(acquired.grants) > 5
    requests = Requests(acquired.decisions)
    for name, grant in acquired.grants.items():
        uses = grant.uses(requests)
        assert (grant.unused(uses), grant.unreached(uses)) == ([], []), name
        assert grant.missed(uses), name


def test_nothing_that_the_function_asked_was_denied(acquired: Acquired) -> None:
    asked = [found for found in acquired.decisions if "Acquire" in found.who]
    assert len(asked) > 5
    assert [f"{found.who} {found.action} on {found.resource}" for found in asked if not found.allowed] == []
