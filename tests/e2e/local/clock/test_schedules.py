"""Rules on a schedule, driven by the cloud's clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from serin.domain.errors import Conflict, Invalid
from tests.e2e.local.clock.april import START, running
from tests.e2e.local.templates import Record, Resources, allow, att, aws, function, resource, role


def scheduled(record: Record, **expressions: str) -> Resources:
    """A rule an expression, each handing its own name and the moment to one function."""
    rules = {
        name.title(): resource(
            "Events::Rule",
            Name=name,
            ScheduleExpression=expression,
            State="ENABLED",
            Targets=[{"Id": "f", "Arn": att("Function"), "InputTransformer": shaped(name)}],
        )
        for name, expression in expressions.items()
    }
    return {"Function": function("tick", record=record), **rules}


def shaped(name: str) -> dict[str, Any]:
    return {"InputPathsMap": {"at": "$.time"}, "InputTemplate": '{"rule": "' + name + '", "at": <at>}'}


def fired(record: Record) -> list[tuple[str, str]]:
    return [(event["rule"], event["at"]) for event in record.events]


def test_crons_fire_at_their_moments_and_rates_from_their_beginning(tmp_path: Path, record: Record) -> None:
    rules = scheduled(record, workdays="cron(30 8 ? * MON-FRI *)", monthly="cron(0 0 1 * ? *)", rate="rate(5 days)")
    with running(tmp_path, rules) as cloud:
        cloud.advance(datetime(2013, 5, 1, 9, tzinfo=UTC))
    april = [day for day in range(1, 31) if datetime(2013, 4, day, tzinfo=UTC).weekday() < 5]
    expected = [("workdays", f"2013-04-{day:02}T08:30:00Z") for day in april]
    expected += [("monthly", "2013-05-01T00:00:00Z"), ("workdays", "2013-05-01T08:30:00Z")]
    assert [one for one in fired(record) if one[0] != "rate"] == expected
    rates = [at for name, at in fired(record) if name == "rate"]
    assert [at[:13] for at in rates] == [f"2013-04-{day:02}T04" for day in (6, 11, 16, 21, 26)] + ["2013-05-01T04"]


def test_what_fires_at_one_moment_fires_in_one_order(tmp_path: Path, record: Record) -> None:
    """Each rule's function is through before the next rule fires, by name."""
    rules = scheduled(record, **dict.fromkeys(["c", "a", "e", "b", "d"], "cron(0 * * * ? *)"))
    with running(tmp_path, rules) as cloud:
        cloud.advance(timedelta(days=1))
    hours = [f"2013-04-01T{hour:02}:00:00Z" for hour in range(5, 24)]
    hours += [f"2013-04-02T{hour:02}:00:00Z" for hour in range(5)]
    assert fired(record) == [(name, hour) for hour in hours for name in "abcde"]


def test_a_disabled_rule_is_silent_and_goes_on_when_it_is_enabled(tmp_path: Path, record: Record) -> None:
    with running(tmp_path, scheduled(record, hourly="cron(0 * * * ? *)")) as cloud:
        events = aws(cloud, "events")
        events.disable_rule(Name="hourly")
        cloud.advance(timedelta(hours=5))
        assert fired(record) == []
        events.enable_rule(Name="hourly")
        cloud.advance(timedelta(hours=2))
        assert [at for _, at in fired(record)] == ["2013-04-01T10:00:00Z", "2013-04-01T11:00:00Z"]
        events.remove_targets(Rule="hourly", Ids=["f"])
        events.delete_rule(Name="hourly")
        cloud.advance(timedelta(hours=2))
        assert len(record.lines) == 2


def test_a_changed_expression_counts_from_the_change(tmp_path: Path, record: Record) -> None:
    with running(tmp_path, scheduled(record, rule="rate(1 day)")) as cloud:
        cloud.advance(timedelta(hours=12))
        aws(cloud, "events").put_rule(Name="rule", ScheduleExpression="rate(8 hours)")
        cloud.advance(timedelta(hours=9))
        assert [at[:13] for _, at in fired(record)] == ["2013-04-02T00"]


def test_a_schedule_that_is_none_is_refused_as_aws_refuses_it(tmp_path: Path, record: Record) -> None:
    with running(tmp_path, scheduled(record)) as cloud:
        for wrong in ("cron(0 8 * * *)", "rate(1 minutes)", "at(2013-05-01T00:00:00)"):
            with pytest.raises(ClientError) as refused:
                aws(cloud, "events").put_rule(Name="wrong", ScheduleExpression=wrong)
            assert refused.value.response["Error"] == {
                "Code": "ValidationException",
                "Message": "Parameter ScheduleExpression is not valid.",
            }


def test_the_functions_and_the_services_have_the_time_of_the_firing(tmp_path: Path, record: Record) -> None:
    source = """
import json, os, boto3
from pathlib import Path
from serin.adapters.clock import SharedClock

clock = SharedClock(Path(os.environ["SERIN_CLOCK_FILE"]))

def handler(event, context):
    put = boto3.client("s3").put_object(Bucket="stamps", Key=event["at"], Body=b"x")
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": [event["at"], clock.now().isoformat()]}) + "\\n")
"""
    library = Path(__file__).parents[4] / "layers/core/python"
    resources = scheduled(record, daily="cron(0 8 * * ? *)")
    resources["Function"] = function("tick", f"import sys; sys.path.append({str(library)!r})\n{source}", record)
    resources["Bucket"] = resource("S3::Bucket", BucketName="stamps")
    resources["Role"] = role(allow("s3:PutObject", "logs:*"))
    with running(tmp_path, resources) as cloud:
        cloud.advance(timedelta(days=3))
        days = [f"2013-04-0{day}T08:00:00" for day in (1, 2, 3)]
        # One warm process saw all three.
        assert record.events == [[f"{day}Z", f"{day}+00:00"] for day in days]
        listed = aws(cloud, "s3").list_objects_v2(Bucket="stamps")["Contents"]
        assert [item["LastModified"] for item in listed] == [datetime.fromisoformat(f"{day}+00:00") for day in days]
        (stack,) = aws(cloud, "cloudformation").describe_stacks()["Stacks"]
        assert stack["CreationTime"].date() == START.date()
        stamps = _log_stamps(cloud)
        assert [stamp.strftime("%Y-%m-%dT%H:%M:%S") for stamp in stamps] == days
        assert _invocations_a_day(cloud) == [1.0, 1.0, 1.0]


def _log_stamps(cloud: LocalCloud) -> list[datetime]:
    events = aws(cloud, "logs").filter_log_events(logGroupName="/aws/lambda/tick")["events"]
    ends = [event for event in events if event["message"].startswith("END")]
    return [datetime.fromtimestamp(event["timestamp"] / 1000, UTC) for event in ends]


def _invocations_a_day(cloud: LocalCloud) -> list[float]:
    found = aws(cloud, "cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Invocations",
        Dimensions=[{"Name": "FunctionName", "Value": "tick"}],
        StartTime=START.replace(hour=0),
        EndTime=START + timedelta(days=4),
        Period=86400,
        Statistics=["Sum"],
    )["Datapoints"]
    return [point["Sum"] for point in sorted(found, key=lambda point: point["Timestamp"])]


def test_a_month_of_an_hourly_schedule_runs_every_hour(tmp_path: Path, record: Record) -> None:
    with running(tmp_path, scheduled(record, hourly="rate(1 hour)")) as cloud:
        cloud.advance(timedelta(days=30))
        assert len(record.lines) == 30 * 24


def test_the_clock_goes_forward_only_and_one_walk_at_a_time(tmp_path: Path, record: Record) -> None:
    slow = scheduled(record, hourly="rate(1 hour)")
    slow["Function"] = function("tick", "import time\ndef handler(event, context): time.sleep(0.5)")
    with running(tmp_path, slow) as cloud:
        with pytest.raises(Invalid, match="has passed"):
            cloud.advance(START - timedelta(days=1))
        steps: list[tuple[str, str]] = []

        def progress(at: datetime, why: str) -> None:
            steps.append((at.strftime("%H"), why))
            with pytest.raises(Conflict):
                cloud.advance(timedelta(days=1))

        cloud.advance(timedelta(hours=3), progress)
        assert steps == [("05", "timer"), ("06", "timer"), ("07", "timer")]
        assert re.match(r"2013-04-01T07:00:0", cloud.clock.now().isoformat())
