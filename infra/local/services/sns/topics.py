"""Topics."""

from __future__ import annotations

from moto.sns.models import SNSBackend, sns_backends

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted, tags_of
from serin.domain.errors import Conflict


def _backend(one: Wanted | Deployed) -> SNSBackend:
    return sns_backends[one.account][one.region]


class Topic(ResourceType):
    """moto updates a topic by deleting it, and its subscriptions with it."""

    type = "AWS::SNS::Topic"
    properties = "DisplayName Tags TopicName"
    name_property = "TopicName"
    replaced_by = "TopicName"

    def create(self, wanted: Wanted) -> Made:
        """A name that is taken is refused."""
        backend = _backend(wanted)
        if any(topic.name == wanted.name for topic in backend.topics.values()):
            raise Conflict(f"{wanted.name} already exists", "Delete the topic, or give this one another name.")
        attributes = {"DisplayName": wanted.get("DisplayName", "")}
        made = backend.create_topic(wanted.name, attributes, tags_of(wanted.properties))
        return Made(made.arn, {"TopicArn": made.arn, "TopicName": made.name})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """The subscriptions stay."""
        topic = _backend(wanted).get_topic(before.physical_id)
        topic.display_name = wanted.get("DisplayName", "")
        topic._tags = tags_of(wanted.properties)
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """With its subscriptions."""
        _backend(deployed).delete_topic(deployed.physical_id)
