"""What the services bring, and how the engines find it."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from infra.local import services
from infra.local.services.all import every_service
from infra.local.services.service import Service
from serin.domain.errors import Invalid

SERVICES = every_service()
FOLDERS = sorted(folder.parent for folder in Path(services.__path__[0]).glob("*/service.py"))


def test_every_folder_with_a_service_is_listed() -> None:
    brought: list[Service] = [import_module(f"infra.local.services.{one.name}.service").SERVICE for one in FOLDERS]
    assert len(brought) > 10, "the test looked at nothing"
    assert {one.name for one in brought} == {one.name for one in SERVICES}
    assert len(list(SERVICES)) == len(brought), "two services have one name"


def test_no_type_is_brought_twice() -> None:
    types = Counter(kind.type for service in SERVICES for kind in service.types)
    assert len(types) > 30
    assert [name for name, times in types.items() if times > 1] == []
    assert set(SERVICES.types) == set(types)


def test_a_service_patches_moto_by_modules_of_its_own_folder() -> None:
    for folder in FOLDERS:
        service = import_module(f"infra.local.services.{folder.name}.service").SERVICE
        assert [name for name in service.patches if not name.startswith(f"infra.local.services.{folder.name}.")] == []


def test_a_service_is_found_by_its_arns_and_by_what_requests_are_signed_for() -> None:
    assert SERVICES.named("cloudwatch") is SERVICES.signed("monitoring")
    assert SERVICES.signed("cloudwatch") is None
    assert SERVICES.named("nothing") is None


@pytest.mark.parametrize(
    ("arn", "action"),
    [
        ("arn:aws:sqs:us-east-1:1:q", "sqs:SendMessage"),
        ("arn:aws:sns:us-east-1:1:t", "sns:Publish"),
        ("arn:aws:lambda:us-east-1:1:function:f:live", "lambda:InvokeFunction"),
        ("arn:aws:states:us-east-1:1:stateMachine:m", "states:StartExecution"),
        ("arn:aws:events:us-east-1:1:event-bus/serin", "events:PutEvents"),
    ],
)
def test_what_takes_messages_is_found_by_its_arn(arn: str, action: str) -> None:
    assert SERVICES.target(arn).action == action


@pytest.mark.parametrize(
    "arn", ["arn:aws:s3:::bucket", "arn:aws:events:us-east-1:1:rule/r", "arn:aws:ecs:us-east-1:1:c", "q"]
)
def test_what_takes_nothing_is_refused_by_name(arn: str) -> None:
    with pytest.raises(Invalid, match=f"no delivery to {arn}.*sqs, events, sns"):
        SERVICES.target(arn)
