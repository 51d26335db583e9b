"""Tokens, made and revoked in the control table with the operator's own AWS credentials.

Never over HTTP: whoever has a token cannot make another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from botocore.exceptions import BotoCoreError, ClientError
from cyclopts import Parameter

from infra.names import Names
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import RecordTable
from serin.domain.access import REVOCATION_LAG, Token
from serin.domain.duties import DUTIES, Duty, scopes_of_roles
from serin.domain.errors import Denied, Invalid
from serin.domain.people import Role
from serin.services.tokens import create_token, revoke_token
from serin_cli.clock import clock_of, span
from serin_cli.command_line import known_names as known
from serin_cli.command_line.words import Json, option
from serin_cli.connection import Connection, aws_client, load


def create(
    *,
    owner: Annotated[str | None, option("NAME", "who the token is for")] = None,
    scope: Annotated[Sequence[str], option("SCOPE", "read, features, predict:MODEL, …; may be given again")] = (),
    role: Annotated[Sequence[Role], option("ROLE", "all scopes of a role; may be given again")] = (),
    model: Annotated[str, option("MODEL", "with --role: of which model (default: all)", completer=known.models)] = "*",
    lifetime: Annotated[str | None, option("SPAN", "how long it lives, such as 12h or 30d", name="--for")] = None,
    _json: Json = False,
) -> dict[str, Any]:
    """Make a token and show its secret, this once."""
    scopes = [*scope, *scopes_of_roles(role, model)]
    if not (owner and scopes and lifetime):
        raise Invalid(
            "A token needs an owner, a scope or a role, and a span.",
            "Write: serin token create --owner NAME --scope predict:MODEL --for 30d, or --role ml_engineer",
        )
    with _allowed() as connection:
        control, clock = _control(connection), clock_of(connection)
        made = create_token(owner, scopes, span(lifetime), _deployed(connection), control=control, clock=clock)
    return {
        "token": made.secret,
        **_shown(made.token),
        "note": "The token is shown this once; only its digest is kept.",
    }


def list_tokens(*, _json: Json = False) -> list[dict[str, Any]]:
    """Whose each token is, what it opens and for how long, the newest first."""
    with _allowed() as connection:
        known_tokens = sorted(_control(connection).tokens(), key=lambda one: one.created, reverse=True)
    return [_shown(token) for token in known_tokens]


def revoke(
    token: Annotated[str | None, Parameter(name="ID", help="the token's id in the list")] = None,
    /,
    *,
    _json: Json = False,
) -> dict[str, Any]:
    """Take a token back."""
    if not token:
        raise Invalid("No token is named.", "Write: serin token revoke ID, with an id of serin token list.", "id")
    with _allowed() as connection:
        revoked = revoke_token(token, control=_control(connection), clock=clock_of(connection))
    lag = int(REVOCATION_LAG.total_seconds())
    return {**_shown(revoked), "note": f"The API keeps what it knew of a token for {lag} s; then it opens nothing."}


def roles(*, _json: Json = False) -> list[dict[str, Any]]:
    """Who may what, in each phase and state."""
    return [_may(duty) for duty in DUTIES]


@contextmanager
def _allowed() -> Iterator[Connection]:
    """The stage that is connected; Denied where AWS refuses what is asked meanwhile."""
    try:
        yield load()
    except (BotoCoreError, ClientError) as error:
        raise Denied(
            f"AWS did not let the command at the stage's tokens: {error}.",
            "Use a profile that may read and write the control table and read the stage's parameters.",
        ) from error


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
