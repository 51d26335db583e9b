"""The platform on this machine: synthesise the stacks, deploy them into the local cloud, connect this checkout."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import boto3
from cyclopts import Parameter

from infra.local.account import USUAL, Account
from infra.local.cloud import LocalCloud
from infra.local.deploy.assembly import read as read_assembly
from infra.local.wiring import ACCOUNT
from infra.settings import Settings, read_settings
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import RecordTable
from serin.domain.access import ACTIONS, LONGEST_LIFE
from serin.domain.plain_numbers import how_many
from serin.files.models import read_models
from serin.services.tokens import create_token
from serin_cli import story
from serin_cli.aws_profile import export_line, forget_profile, save_profile
from serin_cli.checkout import MODELS
from serin_cli.clock import moment
from serin_cli.command_line.words import Json, option
from serin_cli.connection import FILE, Connection, forget, save
from serin_cli.documents import print_json
from serin_cli.doing import Doing
from serin_cli.earlier_rows import check_deployed
from serin_cli.prepare import CDK_JSON, prepare

TOKEN_LIFE = timedelta(days=1)
LOCAL_TOKEN_LIFE = LONGEST_LIFE
"""Longer than anybody advances the clock: this token ends with the cloud it is for."""

EVERYTHING = tuple(f"{action}:*" if about_one else action for action, about_one in ACTIONS.items())


EXAMPLES_NOW = "`up --clock 2013-04-01T04:00Z`"
NEXT = (
    "./scripts/serin sample flights --to build/flights",
    "./scripts/serin upload airports build/flights/airports.csv",
    "./scripts/serin upload planes build/flights/planes.csv",
    "./scripts/serin upload weather build/flights/weather-2013-0[123].csv",
    "./scripts/serin upload flights build/flights/2013-0[123].csv",
    "./scripts/serin quality flights --page",
    "./scripts/serin profile flights --page",
    "./scripts/serin runs flight-delay",
    "./scripts/serin release list flight-delay",
)
"""What to type next: README.md has the same lines with what each is for."""


@dataclass(frozen=True)
class Running:
    """A platform that is up."""

    cloud: LocalCloud
    connection: Connection
    stacks: tuple[str, ...]
    settings: Settings


@contextmanager
def running(
    clock: datetime | None = None, state: Path | None = None, stage: str | None = None, account: Account = USUAL
) -> Iterator[Running]:
    """The platform on this machine for as long as the block runs; what it holds is kept in the folder `state`.

    It has the settings of a stage of cdk.json, by default of the one that is named there.
    """
    settings = read_settings(CDK_JSON, stage)
    with story.bar("synthesising the stacks"):
        assembly = read_assembly(prepare(stage))
    stacks = tuple(stack.name for stack in assembly.stacks)
    with story.bar("deploying them on this machine", len(stacks)) as doing:
        cloud = LocalCloud.start(
            assembly,
            progress=_telling(doing, len(stacks)),
            clock=clock,
            state=state,
            before=lambda held: _check_rows(settings, held),
            account=account,
        )
    with cloud:
        connection = connection_to(settings, cloud)
        save(connection)
        save_profile(cloud)
        try:
            yield Running(cloud, connection, stacks, settings)
        finally:
            forget_profile(cloud)
            forget(connection)


def _telling(doing: Doing, stacks: int) -> Callable[[str, float | None], None]:
    """Says which stack is deployed, how many are up, and how much time the others take."""
    up: list[str] = []

    def tell(name: str, seconds: float | None) -> None:
        if seconds is not None:
            up.append(name)
        doing.at(f"deploying on this machine: {len(up)} of {stacks} stacks, {name}", done=len(up), total=stacks)

    return tell


def _check_rows(settings: Settings, cloud: LocalCloud) -> None:
    """Refuse contracts by which the rows that the cloud holds could be read no more."""
    check_deployed(settings, read_models(MODELS), boto3.client("dynamodb", **cloud.client))


def connection_to(settings: Settings, cloud: LocalCloud) -> Connection:
    """What a person's program needs to use it; its token may do everything."""
    names = settings.names
    table = RecordTable(boto3.client("dynamodb", **cloud.client), names.table("control"))
    token = create_token("owner", EVERYTHING, LOCAL_TOKEN_LIFE, (), control=DynamoControl(table), clock=cloud.clock)
    uploads = names.bucket("uploads", ACCOUNT, cloud.region)
    keys = (cloud.credentials.access_key_id, cloud.credentials.secret_access_key)
    return Connection(settings.stage, cloud.region, cloud.api_url, token.secret, uploads, cloud.endpoint_url, *keys)


def up(
    *,
    clock: Annotated[
        str | None, option("MOMENT", "begin at this moment, such as 2013-04-01T04:00Z (default: real time)")
    ] = None,
    state: Annotated[
        Path | None, option("DIR", "keep what it holds in this folder, and begin with what is there")
    ] = None,
    concurrency: Annotated[int, option("N", "functions at once; a new account has about 10")] = 1000,
    latency: Annotated[float, option("S", "seconds a call of AWS's API takes more")] = 0.0,
    throttle: Annotated[bool, Parameter(help="hold the stage's limit of calls a second, as AWS does")] = False,
    as_json: Json = False,
) -> None:
    """Run the platform on this machine until Ctrl-C."""
    # Whoever ends it that way ends the platform too, and this checkout's connection to it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    account = Account(concurrency, latency, throttle)
    with running(None if clock is None else moment(clock), state, account=account) as platform:
        if as_json:
            print_json(_record(platform))
        else:
            _tell(platform, state, account)
        # A signal may be delivered to another thread, which does not wake this one: it looks by itself.
        while True:
            time.sleep(1)


def _record(platform: Running) -> dict[str, object]:
    """Where a program finds it; the token and the keys are in the two files alone."""
    connection = platform.connection
    return {
        "stage": connection.stage,
        "stacks": list(platform.stacks),
        "api_url": connection.api_url,
        "endpoint_url": connection.endpoint_url,
        "clock": f"{platform.cloud.clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "connection": str(FILE),
    }


def _tell(platform: Running, state: Path | None, account: Account) -> None:
    connection = platform.connection
    kept = " and all they hold" if state is None else f"; {state} keeps what they hold"
    story.say(f"{how_many(len(platform.stacks), 'stack is', 'stacks are')} up. Ctrl-C ends them{kept}.\n")
    story.say(f"  API           {connection.api_url}")
    story.say(f"  AWS endpoint  {connection.endpoint_url}")
    story.say(f"  aws, cdk      {export_line()}")
    story.say(f"  clock         {platform.cloud.clock.now():%Y-%m-%d %H:%M} UTC; ./scripts/serin clock advance 7d")
    story.say(f"  calls         {_limit(platform.settings, account)}")
    story.say("  token, keys   in .serin/connection.json and .serin/aws, valid until the platform ends\n")
    story.say(f"In another terminal, with the example's data, which {EXAMPLES_NOW} finds fresh:\n")
    for command in NEXT:
        story.say(f"  {command}")


def _limit(settings: Settings, account: Account) -> str:
    """How many calls the gateway lets in; of a stage on AWS its limits hold always."""
    limit = f"{settings.requests_per_second} a second, {settings.burst} at once"
    if account.throttles:
        return f"{limit}, as {settings.stage} has it in cdk.json; more are answered 429"
    return f"as many as this machine answers; --throttle holds {settings.stage}'s limit of {limit}"
