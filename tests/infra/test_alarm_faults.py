"""Every alarm of the whole template goes off by the fault it is for, is over without it, and says what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.constructs.dashboard import MODEL_ALARMS, STAGE_ALARMS
from infra.local.cloud import LocalCloud
from tests.e2e.local.templates import allow, document
from tests.e2e.local.templates import aws as client
from tests.infra.conftest import MODELS
from tests.infra.faults import FAULTS, MINUTE, MODEL
from tests.infra.templates import Assembly

NAMES = {*STAGE_ALARMS, *(f"{name}-{model}" for name in MODEL_ALARMS for model in MODELS)}


def test_each_alarm_of_the_template_has_a_fault_and_is_shown_on_the_dashboard(aws: Assembly) -> None:
    alarms = {item["AlarmName"].removeprefix("serin-dev-") for item in aws.resources("AWS::CloudWatch::Alarm")}
    (dashboard,) = aws.resources("AWS::CloudWatch::Dashboard")
    assert alarms == NAMES
    assert {name for name in alarms if not name.endswith(tuple(set(MODELS) - {MODEL}))} == FAULTS.keys()
    shown = json.dumps(dashboard["DashboardBody"])
    assert [name for name in alarms if f":alarm:serin-dev-{name}\\" not in shown] == []


@pytest.fixture(scope="module")
def cloud(local: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """All stacks, with a reader of the notices."""
    start, scratch = datetime(2013, 4, 1, tzinfo=UTC), tmp_path_factory.mktemp("alarms")
    with LocalCloud.start(local.folder, scratch=scratch, clock=start) as started:
        statement = allow("sqs:SendMessage", Principal={"Service": "sns.amazonaws.com"})
        sqs, sns = client(started, "sqs"), client(started, "sns")
        sqs.create_queue(QueueName="reader", Attributes={"Policy": json.dumps(document(statement))})
        (topic,) = [one["TopicArn"] for one in sns.list_topics()["Topics"]]
        reader = topic.replace(":sns:", ":sqs:").replace("serin-dev-notices", "reader")
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=reader)
        # The sweeper has to run once.
        started.advance(6 * MINUTE)
        yield started


def state(cloud: LocalCloud, name: str) -> str:
    (found,) = client(cloud, "cloudwatch").describe_alarms(AlarmNames=[f"serin-dev-{name}"])["MetricAlarms"]
    return str(found["StateValue"])


def notices(cloud: LocalCloud, name: str) -> list[Any]:
    """What the reader has got of this alarm since the last look."""
    sqs, read = client(cloud, "sqs"), []
    url = sqs.get_queue_url(QueueName="reader")["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        read += [json.loads(json.loads(message["Body"])["Message"]) for message in messages]
    return [notice for notice in read if notice["AlarmName"] == f"serin-dev-{name}"]


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_the_alarm_goes_off_by_its_fault_and_is_over_without_it(name: str, cloud: LocalCloud) -> None:
    fault = FAULTS[name]
    notices(cloud, name)
    assert state(cloud, name) == "OK"
    fault.happens(cloud)
    cloud.advance(fault.rings_within)
    (told,) = notices(cloud, name)
    assert told["NewStateValue"] == "ALARM"
    about = [MODEL] if name.endswith(MODEL) else MODELS
    assert [said for said in (*about, *fault.says) if said not in told["AlarmDescription"]] == []
    assert state(cloud, name) == "ALARM"
    fault.is_mended(cloud)
    cloud.advance(fault.ends_within)
    assert state(cloud, name) == "OK"
