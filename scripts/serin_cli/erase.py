"""`serin erase`: a person taken out of everything, with the operator's own AWS credentials.

Never over HTTP: no token can erase anybody, and the value goes no further than this process, which looks the digest up.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from botocore.exceptions import BotoCoreError, ClientError
from cyclopts import Parameter

from infra.names import Names
from infra.settings import read_settings
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import RecordTable
from serin.adapters.erasures import StepFunctionsErasures
from serin.adapters.salts import DynamoSalts
from serin.domain.erasures import DELIVERED, SETTLED, Erasure, known_with
from serin.domain.errors import Denied, Invalid
from serin.domain.printable import printable
from serin.files.models import read_models
from serin.services.begin_erasure import ErasureWanted, begin_erasure, spelt_otherwise
from serin_cli import story
from serin_cli.checkout import MODELS
from serin_cli.clock import clock_of
from serin_cli.command_line.words import Json, option
from serin_cli.connection import Connection, aws_client, load
from serin_cli.outcome import Outcome


def erase(
    target: Annotated[
        str | None, Parameter(name="MODEL|DATASET", help="where from; without it: what was erased so far")
    ] = None,
    /,
    *,
    entity: Annotated[str | None, option("COLUMN=VALUE", "who: a column that a charter hashes, and its value")] = None,
    yes: Annotated[bool, Parameter(help="erase without asking again")] = False,
    as_json: Json = False,
) -> Any:
    """Take a person out of everything that was kept, with your own AWS credentials.

    It shows what will be erased and begins once that is confirmed; where it is not, it ends with 1.
    """
    try:
        connection = load()
        return _erasures(connection, as_json) if target is None else _erase(target, entity, yes, connection)
    except (BotoCoreError, ClientError) as error:
        raise Denied(
            f"AWS did not let the command at what it needs: {error}.",
            "Use a profile that may read the catalog and the salts (PERSONAL#… of the control table), write the "
            "catalog's ERASURES and AUDIT#data#…, and start the state machine `erase` and describe its executions.",
        ) from error


def _erasures(connection: Connection, as_json: bool) -> Any:
    """What was erased so far, newest first."""
    known = [_shown(one) for one in reversed(_catalog(connection).erasures())]
    if as_json:
        return known
    story.show_table(known, ["id", "at", "by", "column", "datasets", "status"])
    return None


def _erase(target: str, entity: str | None, yes: bool, connection: Connection) -> Any:
    column, sign, value = (entity or "").partition("=")
    if not (column and sign and value):
        raise Invalid("Nobody is named.", "Write: serin erase MODEL --entity COLUMN=VALUE", "--entity")
    wanted = ErasureWanted(target, column, value)
    plan = _begin(wanted, connection)
    if any(one.id == plan.id for one in _catalog(connection).erasures()):
        return Outcome(_shown(plan), said=[f"They are being erased since {plan.at:%Y-%m-%d %H:%M} UTC, as {plan.id}."])
    said = [*_told(plan), *_several(wanted), *_known_too(wanted, connection), *_named_here(wanted)]
    if not yes:
        for line in said:
            story.say(line)
        if not _confirmed():
            return Outcome(_shown(plan), done=False, said=["Nothing was erased."])
    begun = _begin(replace(wanted, confirmed=True), connection)
    after = f"It has begun as {begun.id}, and ends in some seven hours: `./scripts/serin erase` says how far it is."
    return Outcome(_shown(begun), said=[*(said if yes else ()), after])


def _begin(wanted: ErasureWanted, connection: Connection) -> Erasure:
    identity = aws_client(connection, "sts").get_caller_identity()
    names = Names(connection.stage)
    place = f"{connection.region}:{identity['Account']}:stateMachine:{names.machine('erase')}"
    return begin_erasure(
        wanted,
        {model.charter.model: model.charter for model in read_models(MODELS)},
        identity["Arn"].rpartition("/")[2],
        salts=_salts(connection),
        catalog=_catalog(connection),
        erasures=StepFunctionsErasures(aws_client(connection, "stepfunctions"), f"arn:aws:states:{place}"),
        clock=clock_of(connection),
        logged=read_settings(Path("cdk.json"), connection.stage).log_retention_days,
    )


def _salts(connection: Connection) -> DynamoSalts:
    return DynamoSalts(lambda: aws_client(connection, "dynamodb"), Names(connection.stage).table("control"))


def _catalog(connection: Connection) -> DynamoCatalog:
    return DynamoCatalog(RecordTable(aws_client(connection, "dynamodb"), Names(connection.stage).table("catalog")))


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise Invalid("Nobody is there to confirm it.", "Look at the plan, and add --yes.", "--yes")
    return input("Erase them? Write yes: ").strip() == "yes"


def _told(plan: Erasure) -> Sequence[str]:
    """The plan in sentences."""
    versions = ", ".join(plan.versions) or "none"
    ends = [f"Until {ending.at:%Y-%m-%d}: {ending.what}." for ending in plan.endings]
    return (
        f"Rows of the datasets {', '.join(plan.datasets)} go, with rows set aside, uploaded files, training sets, "
        f"predictions, scored files and online items of the models {', '.join(plan.models)}, and their old versions.",
        f"So do files with them that come within {_hours(SETTLED + DELIVERED)} hours; in a later file they are new.",
        f"These versions may have learnt from them and stay as they are: {versions}.",
        *ends,
    )


def _several(wanted: ErasureWanted) -> Sequence[str]:
    """Where models know people by several columns, one of them may name more than one."""
    others = known_with(wanted.column, (model.charter for model in read_models(MODELS)))
    if not others:
        return []
    said = f"Entities are known by {wanted.column} with {', '.join(others)}"
    return [f"{said}: everybody of that {wanted.column} is erased, whatever the others are."]


def _known_too(wanted: ErasureWanted, connection: Connection) -> Sequence[str]:
    """Other spellings that files have had: to the platform these are other people."""
    others = spelt_otherwise(wanted.column, wanted.value, salts=_salts(connection))
    named = ", ".join(repr(printable(one)) for one in others)
    return [f"Known too, as other people whom this does not erase: {named}. Erase each that is them."] if others else []


def _named_here(wanted: ErasureWanted) -> Sequence[str]:
    """Requests in this checkout that ask about them, which no erasure reaches: they are deployed with the model."""
    models = [
        model.charter.model
        for model in read_models(MODELS)
        if any(wanted.value in _texts(row.get("instance")) for row in model.golden)
    ]
    return [f"Golden requests of {', '.join(models)} name them: take these out, and deploy."] if models else []


def _texts(instance: object) -> Sequence[object]:
    return list(instance.values()) if isinstance(instance, Mapping) else ()


def _hours(span: timedelta) -> int:
    return round(span / timedelta(hours=1))


def _shown(erasure: Erasure) -> dict[str, Any]:
    return {
        "id": erasure.id,
        "column": erasure.column,
        "digest": erasure.digest,
        "datasets": " ".join(erasure.datasets),
        "by": erasure.by,
        "at": f"{erasure.at:%Y-%m-%dT%H:%M:%SZ}",
        "status": erasure.status,
        "until": f"{erasure.closed:%Y-%m-%dT%H:%M:%SZ}" if erasure.closed else "",
        "erased": dict(erasure.erased),
        "versions": " ".join(erasure.versions),
        "unread": list(erasure.unread),
        "ends": {ending.what: f"{ending.at:%Y-%m-%d}" for ending in erasure.endings},
    }
