"""Connecting this checkout to a stage that is deployed on AWS."""

from __future__ import annotations

from infra.settings import read_settings
from serin.adapters.clock import SystemClock
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import RecordTable
from serin.services.tokens import create_token
from serin_cli.aws_session import session, told
from serin_cli.command_line.words import Json, Stage
from serin_cli.connection import Connection, save
from serin_cli.local import EVERYTHING, TOKEN_LIFE
from serin_cli.prepare import CDK_JSON


def connect(*, stage: Stage = None, _json: Json = False) -> dict[str, str]:
    """Connect this checkout to a stage deployed on AWS.

    The stage is found in the profile's account. A token is made, which takes write access to its control table.
    """
    settings, aws = read_settings(CDK_JSON, stage), session()
    region, names = aws.region_name, settings.names
    with told(settings.stage, region):
        account = aws.client("sts").get_caller_identity()["Account"]
        url = aws.client("ssm").get_parameter(Name=names.parameter("api/url"))["Parameter"]["Value"]
        table = RecordTable(aws.client("dynamodb"), names.table("control"))
        token = create_token("owner", EVERYTHING, TOKEN_LIFE, (), control=DynamoControl(table), clock=SystemClock())
    uploads = names.bucket("uploads", account, region)
    connection = Connection(settings.stage, region, url, token.secret, uploads)
    save(connection)
    return {"stage": connection.stage, "api_url": connection.api_url, "token": "in .serin/connection.json, for a day"}
