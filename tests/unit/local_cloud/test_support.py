"""What the local cloud cannot run stops the deploy by name."""

from __future__ import annotations

import pytest

from infra.local import support
from infra.local.resources import resource_type
from serin.domain.errors import Invalid


def test_an_unknown_type_is_refused_by_name() -> None:
    template = {"Resources": {"Cluster": {"Type": "AWS::ECS::Cluster"}, "Q": {"Type": "AWS::SQS::Queue"}}}
    with pytest.raises(Invalid, match=r"stack api: AWS::ECS::Cluster \(Cluster\)"):
        support.check("api", template)


def test_an_unknown_property_is_refused_by_name() -> None:
    template = {
        "Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q", "KmsMasterKeyId": "k"}}}
    }
    with pytest.raises(Invalid, match=r"KmsMasterKeyId of AWS::SQS::Queue \(Q\)"):
        support.check("lake", template)


def test_every_unknown_thing_is_named_at_once() -> None:
    template = {
        "Resources": {
            "A": {"Type": "AWS::ECS::Cluster"},
            "B": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}},
        }
    }
    with pytest.raises(Invalid) as refused:
        support.check("lake", template)
    assert "AWS::ECS::Cluster (A)" in refused.value.message
    assert "FifoQueue of AWS::SQS::Queue (B)" in refused.value.message


@pytest.mark.parametrize("kind", ["Custom::Greeting", "AWS::CloudFormation::CustomResource"])
def test_a_custom_resource_has_whatever_properties_its_function_reads(kind: str) -> None:
    support.check("s", {"Resources": {"Made": {"Type": kind, "Properties": {"ServiceToken": "arn", "Any": 1}}}})


def test_what_is_known_passes() -> None:
    support.check("lake", {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}}}})


def test_every_type_that_is_known_is_made() -> None:
    for kind in support.types():
        assert resource_type(kind).type == kind
