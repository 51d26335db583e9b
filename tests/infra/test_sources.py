"""Datasets with a source: what is deployed for them, and nothing where there are none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.app import use_packaged_node
from infra.names import Names
from infra.settings import Settings, target_for
from serin.domain.sources import Source
from serin.files.source_urls import source_url
from tests.builders import a_charter
from tests.infra.conftest import COMPLIANCE, MODELS
from tests.infra.templates import Assembly, TinyPackages, flat


def lake(folder: Path, *datasets: Any) -> Mapping[str, Any]:
    """The lake's resources alone, by logical id, for a model with these datasets."""
    use_packaged_node()
    import aws_cdk as cdk

    from infra.constructs.stack import Deployment
    from infra.stacks.lake import LakeStack

    target = target_for(Settings(), "aws")
    app = cdk.App(outdir=str(folder / "assembly"), analytics_reporting=False)
    charter = a_charter(datasets=datasets, compliance=COMPLIANCE)
    # As the other stacks of these tests are deployed, but for the datasets.
    LakeStack(
        app, Deployment(Settings(), target, TinyPackages(folder, target), MODELS, frozenset(MODELS[:1])), [charter]
    )
    app.synth()
    found: Mapping[str, Any] = Assembly(folder / "assembly").templates["lake"]["Resources"]
    return found


def schedules(resources: Mapping[str, Any]) -> dict[str, str]:
    """Name → schedule of the rules that have one."""
    rules = [item["Properties"] for item in resources.values() if item["Type"] == "AWS::Events::Rule"]
    return {item["Name"]: item["ScheduleExpression"] for item in rules if "ScheduleExpression" in item}


def used(name: str, source: Source | None) -> Any:
    """A dataset with this source."""
    orders, _ = a_charter().datasets
    return type(orders)(name, orders.contract, source=source)


def test_without_a_source_nothing_of_it_is_there_and_all_else_is_the_same(aws: Assembly, tmp_path: Path) -> None:
    without = lake(tmp_path, used("orders", None), used("shops", None))
    with_one = aws.templates["lake"]["Resources"]
    assert not [name for name in without if "Acquire" in name]
    more = with_one.keys() - without.keys()
    assert more
    assert all("Acquire" in name for name in more)
    assert schedules(without) == {}
    assert {name: _plain(item) for name, item in without.items()} == {name: _plain(with_one[name]) for name in without}


def test_a_source_is_looked_at_as_often_as_the_charter_says_and_the_function_hears_of_which(aws: Assembly) -> None:
    assert schedules(aws.templates["lake"]["Resources"]) == {"serin-dev-acquire-360m-1": "rate(6 hours)"}
    (rule,) = [item for item in aws.resources("AWS::Events::Rule") if "acquire" in item.get("Name", "")]
    (target,) = rule["Targets"]
    assert target["InputTransformer"] == {
        "InputPathsMap": {"id": "$.id"},
        "InputTemplate": '{"dataset":"orders","correlation":<id>}',
    }
    assert "DeadLetterConfig" in target


@pytest.mark.parametrize(
    ("every", "written"), [(15, "rate(15 minutes)"), (90, "rate(90 minutes)"), (60 * 24, "rate(1 day)")]
)
def test_every_span_becomes_a_rate(every: int, written: str, tmp_path: Path) -> None:
    source = Source("acme-exports", "", timedelta(minutes=every))
    found = schedules(lake(tmp_path, used("orders", source)))
    assert found == {f"serin-dev-acquire-{every}m-1": written}


def test_datasets_of_one_rate_share_a_rule_and_have_a_call_each_and_a_place_that_two_come_from_is_granted_once(
    tmp_path: Path,
) -> None:
    shared = [used(name, Source("acme-exports", "", timedelta(hours=1))) for name in ("orders", "shops")]
    resources = lake(tmp_path, *shared)
    (rule,) = [item["Properties"] for item in resources.values() if "ScheduleExpression" in item.get("Properties", {})]
    asked = [target["InputTransformer"]["InputTemplate"] for target in rule["Targets"]]
    assert [text.partition(",")[0] for text in asked] == ['{"dataset":"orders"', '{"dataset":"shops"']
    policies = [item["Properties"]["PolicyDocument"]["Statement"] for item in resources.values() if _reads(item)]
    ((listing,),) = [[one for one in found if one["Action"] == "s3:ListBucket"] for found in policies]
    assert "Condition" not in listing, "a whole bucket is listed without a prefix"
    (read,) = [one for one in policies[0] if one["Action"] == "s3:GetObject"]
    assert flat(read["Resource"]).endswith(":s3:::acme-exports/*")


def _plain(item: Mapping[str, Any]) -> Any:
    """The properties of a resource; TinyPackages gives each target its own hashes, which are no properties of it."""
    return {name: value for name, value in item.get("Properties", {}).items() if name not in ("Code", "Content")}


def _reads(item: Mapping[str, Any]) -> bool:
    return item["Type"] == "AWS::IAM::Policy" and "acme-exports" in str(item)


def test_no_bucket_of_ours_can_be_a_source() -> None:
    for stage in ("dev", "prod", "a12345678901"):
        for name in ("uploads", "lake", "artifacts"):
            with pytest.raises(ValueError, match="not Serin's own"):
                source_url(f"s3://{Names(stage).bucket(name, '123456789012', 'us-east-1')}/raw")
