"""What templates say of functions and queues beyond their code: processes kept warm, asynchronous settings, delays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.local.conftest import running
from tests.e2e.local.lambda_cases import refused
from tests.e2e.local.stack_calls import Stacks
from tests.e2e.local.templates import Resources, att, aws, function, ref, resource, role
from tests.waiting import wait_until

TWO = {"ProvisionedConcurrentExecutions": 2}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with running(Path(tmp_path_factory.mktemp("cloud")), {}) as started:
        yield started


@pytest.fixture
def stacks(cloud: LocalCloud) -> Stacks:
    return Stacks(cloud)


def live(name: str, version: dict[str, Any] | None = None, **alias: Any) -> Resources:
    """A function with a version and an alias on it."""
    alias |= {"FunctionName": ref("F"), "FunctionVersion": att("V", "Version"), "Name": "live"}
    return {
        "Role": role(),
        "F": function(name, "def handler(e, c): return e"),
        "V": resource("Lambda::Version", FunctionName=ref("F"), **(version or {})),
        "A": resource("Lambda::Alias", **alias),
    }


def ready(cloud: LocalCloud, name: str, qualifier: str) -> int:
    """How many processes are warm, when all that were asked for are."""

    def found() -> dict[str, Any]:
        asked = {"FunctionName": name, "Qualifier": qualifier}
        return dict(aws(cloud, "lambda").get_provisioned_concurrency_config(**asked))

    assert wait_until(lambda: found()["Status"] != "IN_PROGRESS")
    return int(found()["AvailableProvisionedConcurrentExecutions"])


def test_an_alias_keeps_processes_warm_for_as_long_as_its_template_says_so(stacks: Stacks, cloud: LocalCloud) -> None:
    assert stacks.create("warm", live("warm", ProvisionedConcurrencyConfig=TWO)) == "CREATE_COMPLETE"
    assert ready(cloud, "warm", "live") == 2
    assert stacks.update("warm", live("warm")) == "UPDATE_COMPLETE"
    with refused("ProvisionedConcurrencyConfigNotFoundException", 404):
        ready(cloud, "warm", "live")


def test_a_version_keeps_processes_warm(stacks: Stacks, cloud: LocalCloud) -> None:
    assert stacks.create("version", live("version", {"ProvisionedConcurrencyConfig": TWO})) == "CREATE_COMPLETE"
    assert ready(cloud, "version", "1") == 2


def test_an_alias_whose_processes_cannot_be_had_is_taken_away_again(stacks: Stacks, cloud: LocalCloud) -> None:
    assert stacks.create("cold", live("cold")) == "CREATE_COMPLETE"
    many = {"ProvisionedConcurrentExecutions": 100_000}
    version = att("V", "Version")
    other = resource(
        "Lambda::Alias", FunctionName=ref("F"), FunctionVersion=version, Name="b", ProvisionedConcurrencyConfig=many
    )
    assert stacks.update("cold", {**live("cold"), "B": other}) == "UPDATE_ROLLBACK_COMPLETE"
    found = aws(cloud, "lambda").list_aliases(FunctionName="cold")["Aliases"]
    assert [alias["Name"] for alias in found] == ["live"]


def test_an_alias_has_asynchronous_settings_of_its_own(stacks: Stacks, cloud: LocalCloud) -> None:
    def settings(logical_id: str, qualifier: str, retries: int) -> Resources:
        given = {"FunctionName": ref("F"), "Qualifier": qualifier, "MaximumRetryAttempts": retries}
        return {logical_id: resource("Lambda::EventInvokeConfig", "A", **given)}

    def found() -> dict[str, int]:
        listed = aws(cloud, "lambda").list_function_event_invoke_configs(FunctionName="asks")
        configs = listed["FunctionEventInvokeConfigs"]
        return {one["FunctionArn"].rsplit(":", 1)[-1]: one["MaximumRetryAttempts"] for one in configs}

    both = {**settings("Latest", "$LATEST", 1), **settings("Live", "live", 0)}
    assert stacks.create("asks", {**live("asks"), **both}) == "CREATE_COMPLETE"
    assert found() == {"$LATEST": 1, "live": 0}
    assert stacks.update("asks", {**live("asks"), **settings("Live", "live", 2)}) == "UPDATE_COMPLETE"
    assert found() == {"live": 2}


def test_a_queue_holds_every_message_back_for_its_delay(stacks: Stacks, cloud: LocalCloud) -> None:
    sqs = aws(cloud, "sqs")

    def waiting() -> int:
        url = sqs.get_queue_url(QueueName="slow")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="m")
        return len(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []))

    slow = {"Q": resource("SQS::Queue", QueueName="slow", DelaySeconds=600)}
    assert stacks.create("slow", slow) == "CREATE_COMPLETE"
    assert waiting() == 0
    cloud.advance(timedelta(seconds=601))
    assert waiting() == 1
    assert stacks.update("slow", {"Q": resource("SQS::Queue", QueueName="slow")}) == "UPDATE_COMPLETE"
    assert waiting() == 1
