"""Tokens, made and revoked in the control table with the operator's own AWS credentials.

Never over HTTP: whoever has a token cannot make another.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.names import Names
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import RecordTable
from serin.domain.access import REVOCATION_LAG, Token
from serin.domain.duties import DUTIES, Duty, scopes_of_roles
from serin.domain.errors import Denied, Invalid
from serin.domain.people import ROLES
from serin.services.tokens import create_token, revoke_token
from serin_cli.clock import clock_of, span
from serin_cli.connection import Connection, aws_client, load


def arguments() -> tuple[tuple[str, dict[str, Any]], ...]:
    """What follows `serin token`."""
    return (
        ("action", {"choices": ["create", "list", "revoke", "roles"]}),
        ("id", {"nargs": "?", "help": "with revoke: the token's id in the list"}),
        ("--owner", {"help": "with create: who the token is for"}),
        ("--scope", {"action": "append", "help": "with create, several times: read, features, predict:MODEL, …"}),
        (
            "--role",
            {"action": "append", "choices": ROLES, "help": "with create, several times: all scopes of a role"},
        ),
        ("--model", {"default": "*", "help": "with create and --role: of which model (default: all)"}),
        ("--for", {"dest": "span", "metavar": "SPAN", "help": "with create: how long it lives, such as 12h or 30d"}),
    )


def token(arguments: Namespace) -> Any:
    """Make a token and show its secret, this once; list all, the newest first; take one back; or say who may what."""
    if arguments.action == "roles":
        return [_may(duty) for duty in DUTIES]
    try:
        return _done(arguments, load())
    except (BotoCoreError, ClientError) as error:
        raise Denied(
            f"AWS did not let the command at the stage's tokens: {error}.",
            "Use a profile that may read and write the control table and read the stage's parameters.",
        ) from error


def _done(arguments: Namespace, connection: Connection) -> Any:
    if arguments.action == "create":
        return _create(arguments, connection)
    if arguments.action == "revoke":
        return _revoke(arguments, connection)
    known = sorted(_control(connection).tokens(), key=lambda one: one.created, reverse=True)
    return [_shown(token) for token in known]


def _create(arguments: Namespace, connection: Connection) -> dict[str, Any]:
    scopes = [*(arguments.scope or ()), *scopes_of_roles(arguments.role or (), arguments.model)]
    if not (arguments.owner and scopes and arguments.span):
        raise Invalid(
            "A token needs an owner, a scope or a role, and a span.",
            "Write: serin token create --owner NAME --scope predict:MODEL --for 30d, or --role ml_engineer",
        )
    control, clock = _control(connection), clock_of(connection)
    made = create_token(
        arguments.owner, scopes, span(arguments.span), _deployed(connection), control=control, clock=clock
    )
    return {
        "token": made.secret,
        **_shown(made.token),
        "note": "The token is shown this once; only its digest is kept.",
    }


def _revoke(arguments: Namespace, connection: Connection) -> dict[str, Any]:
    if not arguments.id:
        raise Invalid("No token is named.", "Write: serin token revoke ID, with an id of serin token list.", "id")
    revoked = revoke_token(arguments.id, control=_control(connection), clock=clock_of(connection))
    lag = int(REVOCATION_LAG.total_seconds())
    return {**_shown(revoked), "note": f"The API keeps what it knew of a token for {lag} s; then it opens nothing."}


def _shown(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "owner": token.owner,
        "scopes": " ".join(token.scopes),
        "created": _moment(token.created),
        "expires": _moment(token.expires),
        "revoked": token.revoked and _moment(token.revoked),
    }


def _may(duty: Duty) -> dict[str, Any]:
    """Who may do it, and by what: a row of the matrix."""
    takes = duty.takes if isinstance(duty.takes, str) else f"{duty.takes.action} on {duty.takes.on}"
    return {
        "phase": duty.phase,
        "state": duty.state,
        "deed": duty.deed,
        "takes": takes,
        "roles": ", ".join(duty.roles) or "nobody",
    }


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _control(connection: Connection) -> DynamoControl:
    return DynamoControl(RecordTable(aws_client(connection, "dynamodb"), Names(connection.stage).table("control")))


def _deployed(connection: Connection) -> Sequence[str]:
    """The models whose endpoints the stage has, told by the parameters their stacks leave."""
    path = Names(connection.stage).parameter("endpoints")
    pages = aws_client(connection, "ssm").get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True)
    return [item["Name"].removeprefix(f"{path}/").partition("/")[0] for page in pages for item in page["Parameters"]]
