"""What the local cloud cannot run stops the deploy by name."""

from __future__ import annotations

import pytest

from infra.local import support
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


def test_what_is_known_passes() -> None:
    support.check("lake", {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}}}})
