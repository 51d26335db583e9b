"""What the local cloud cannot run stops the deploy by name."""

from __future__ import annotations

import pytest

from infra.local.cloudformation import support
from infra.local.services.all import every_service
from serin.domain.errors import Invalid

TYPES = every_service().types


def test_an_unknown_type_is_refused_by_name() -> None:
    template = {"Resources": {"Cluster": {"Type": "AWS::ECS::Cluster"}, "Q": {"Type": "AWS::SQS::Queue"}}}
    with pytest.raises(Invalid, match=r"stack api: AWS::ECS::Cluster \(Cluster\)"):
        support.check("api", template, TYPES)


def test_an_unknown_property_is_refused_by_name() -> None:
    template = {
        "Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q", "KmsMasterKeyId": "k"}}}
    }
    with pytest.raises(Invalid, match=r"KmsMasterKeyId of AWS::SQS::Queue \(Q\)"):
        support.check("lake", template, TYPES)


def test_every_unknown_thing_is_named_at_once() -> None:
    template = {
        "Resources": {
            "A": {"Type": "AWS::ECS::Cluster"},
            "B": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}},
        }
    }
    with pytest.raises(Invalid) as refused:
        support.check("lake", template, TYPES)
    assert "AWS::ECS::Cluster (A)" in refused.value.message
    assert "FifoQueue of AWS::SQS::Queue (B)" in refused.value.message


@pytest.mark.parametrize("kind", ["Custom::Greeting", "AWS::CloudFormation::CustomResource"])
def test_a_custom_resource_has_whatever_properties_its_function_reads(kind: str) -> None:
    support.check("s", {"Resources": {"Made": {"Type": kind, "Properties": {"ServiceToken": "arn", "Any": 1}}}}, TYPES)


def test_what_is_known_passes() -> None:
    support.check("lake", {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}}}}, TYPES)


def test_every_type_says_what_it_understands() -> None:
    assert len(TYPES) > 30
    for name, kind in TYPES.items():
        assert kind.properties, name
        assert not kind.name_property or kind.understands(kind.name_property), name
