"""Contracts against the rows that a stage holds already: what these cannot be read by is refused before a deploy."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from infra.quotas import refuse_more_than_fits
from infra.settings import Settings
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import RecordTable
from serin.domain.charter import Charter
from serin.domain.cut_plan import CutPlan
from serin.domain.datasets import DatasetHead
from serin.domain.errors import Invalid, SerinError
from serin.domain.plan_costs import over_ceiling
from serin.domain.plan_sentences import sentences_of
from serin.domain.records import from_record
from serin.domain.schemas import SchemaChange, changes
from serin.files.models import ModelFolder, read_models
from serin_cli import story
from serin_cli.aws_session import session
from serin_cli.checkout import MODELS
from serin_cli.client import Client, connected
from serin_cli.command_line.words import Json
from serin_cli.deploying.options import read_options

HeadOf = Callable[[str], DatasetHead]


def validate(*, as_json: Json = False) -> list[dict[str, Any]]:
    """Read and check every charter and contract, and what earlier rows are under them.

    Earlier rows are those of the stage that is connected. What the next training takes is told as `serin plan` does.
    """
    models = read_models(MODELS)
    refuse_more_than_fits([model.charter for model in models])
    compared, plans = _compared(models), {one.charter.model: planned_for(one.charter) for one in models}
    for line in () if as_json else _said(models):
        story.say(line)
    for model, sentences in () if as_json else plans.items():
        for sentence in sentences:
            story.say(f"{model}: {sentence}")
    return [
        {
            "model": one.charter.model,
            "datasets": len(one.contracts),
            "said_not_checked": sum(len(contract.said or ()) for contract in one.contracts.values()),
            "inputs": len(one.charter.inputs),
            "earlier_rows": compared,
            "plan": plans[one.charter.model],
        }
        for one in models
    ]


def _said(models: Iterable[ModelFolder]) -> Iterator[str]:
    """What contracts promise and nothing checks; each dataset has one contract."""
    contracts = {name: contract for model in models for name, contract in model.contracts.items()}
    for name, contract in contracts.items():
        for one in contract.said or ():
            yield f"{name}: said, not checked: {one.about}: {one.promise} ({one.reason})"


def planned_for(charter: Charter) -> list[str]:
    """What the next training takes, in the words of `serin plan`, and whether this charter's ceiling lets it begin."""
    try:
        with connected() as client:
            plan = from_record(CutPlan, client.get(f"/models/{charter.model}/plan"))
    except (SerinError, httpx.HTTPError, ValueError) as error:
        return [f"not planned: {error.message if isinstance(error, SerinError) else error}"]
    ceiling = over_ceiling(charter.budget, plan.usd, plan.fits)
    said = list(sentences_of(replace(plan, refused=plan.refused or ceiling)))
    if plan.charter != charter.digest():
        said.append("That is planned by the charter that is deployed, which is not the one here.")
    return said


def _compared(models: Iterable[ModelFolder]) -> str:
    try:
        with connected() as client:
            told = [change.what for change in check(models, lambda name: _shown(client, name))]
    except Invalid:
        raise
    # A checkout is checked wherever it is: with no platform, one that has ended, or one of another version.
    except (SerinError, httpx.HTTPError, ValueError) as error:
        return f"not compared: {error.message if isinstance(error, SerinError) else error}"
    return " ".join(told) or "can be read as before"


def _shown(client: Client, dataset: str) -> DatasetHead:
    head: DatasetHead = from_record(DatasetHead, client.get(f"/datasets/{dataset}"))
    return head


def check(models: Iterable[ModelFolder], head_of: HeadOf) -> list[SchemaChange]:
    """What the contracts change about rows that are there; raises Invalid for rows they cannot be read by."""
    contracts = {name: contract for model in models for name, contract in model.contracts.items()}
    differences = [
        change for name, contract in contracts.items() for change in changes(head_of(name).schemas, contract)
    ]
    if refused := [change for change in differences if change.refused]:
        remedies = dict.fromkeys(change.remedy for change in refused)
        raise Invalid(" ".join(change.what for change in refused), " ".join(remedies))
    return differences


def check_deployed(settings: Settings, models: Iterable[ModelFolder], dynamodb: Any) -> None:
    """Raise Invalid before a deploy of contracts by which the stage's rows could be read no more.

    A stage that is not deployed yet has no rows.
    """
    catalog = DynamoCatalog(RecordTable(dynamodb, settings.names.table("catalog")))
    try:
        check(models, catalog.head)
    except dynamodb.exceptions.ResourceNotFoundException:
        return


def main() -> int:
    """Before `cdk deploy`, with its options: 1 when the contracts must not be deployed."""
    try:
        options = read_options()
        client = session(options.profile).client("dynamodb")
        check_deployed(options.settings, read_models(MODELS), client)
    except (BotoCoreError, ClientError) as error:
        story.say(f"Contracts were not compared with the rows there are: {error}")
    except SerinError as error:
        story.show_error(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
