"""The platform on this machine: synthesise the stacks, deploy them into the local cloud, connect this checkout."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import boto3

from infra.local.assembly import read as read_assembly
from infra.local.cloud import LocalCloud
from infra.local.wiring import ACCOUNT
from infra.settings import Settings, read_settings
from serin.adapters.clock import SystemClock
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import RecordTable
from serin.domain.errors import Invalid
from serin.services.tokens import create_token
from serin_cli import story
from serin_cli.connection import Connection, forget, save
from serin_cli.prepare import CDK_JSON, prepare

TOKEN_LIFE = timedelta(days=1)
EVERYTHING = ("read", "predict:*", "train:*", "release:*")


@dataclass(frozen=True)
class Running:
    """A platform that is up."""

    cloud: LocalCloud
    connection: Connection
    stacks: tuple[str, ...]


@contextmanager
def running(clock: datetime | None = None) -> Iterator[Running]:
    """The platform on this machine for as long as the block runs."""
    settings = read_settings(CDK_JSON)
    with story.bar("synthesising the stacks"):
        assembly = read_assembly(prepare())
    stacks = tuple(stack.name for stack in assembly.stacks)
    with story.bar("deploying them on this machine"):
        cloud = LocalCloud.start(assembly, clock=clock)
    with cloud:
        connection = _connection(settings, cloud, clock)
        save(connection)
        try:
            yield Running(cloud, connection, stacks)
        finally:
            forget(connection)


def _connection(settings: Settings, cloud: LocalCloud, clock: datetime | None) -> Connection:
    names = settings.names
    table = RecordTable(boto3.client("dynamodb", **cloud.client), names.table("control"))
    offset = timedelta(0) if clock is None else clock - datetime.now(UTC)
    token = create_token("owner", EVERYTHING, TOKEN_LIFE, DynamoControl(table), SystemClock(offset))
    uploads = names.bucket("uploads", ACCOUNT, cloud.region)
    return Connection(settings.stage, cloud.region, cloud.api_url, token, uploads, cloud.endpoint_url)


def up(arguments: Namespace) -> None:
    """Keep the platform up until Ctrl-C."""
    with running(moment(arguments.clock)) as platform:
        connection = platform.connection
        story.say(f"{len(platform.stacks)} stacks are up. Ctrl-C ends them and all they hold.\n")
        story.say(f"  API           {connection.api_url}")
        story.say(f"  AWS endpoint  {connection.endpoint_url}")
        story.say("  token         in .serin/connection.json, valid for a day\n")
        story.say("In another terminal:\n\n  ./scripts/serin sample flights --to build/flights")
        story.say("  ./scripts/serin upload flights build/flights/2013-01.csv\n  ./scripts/serin models")
        while True:
            time.sleep(3600)


def moment(text: str | None) -> datetime | None:
    """An ISO 8601 moment with its offset, or None."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is not a moment.", "Write it as 2013-04-01T04:00Z.", "clock") from error
    if found.tzinfo is None:
        raise Invalid(f"{text!r} has no offset.", "Write it as 2013-04-01T04:00Z.", "clock")
    return found.astimezone(UTC)
