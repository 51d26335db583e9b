"""The permissions of SNS's requests.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
"""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.reading import ApiRequest, named

_ON_A_TOPIC = named(
    """
    AddPermission DeleteTopic GetTopicAttributes ListSubscriptionsByTopic ListTagsForResource Publish
    RemovePermission SetTopicAttributes Subscribe TagResource
    """
)


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    operation = "Publish" if request.operation == "PublishBatch" else request.operation
    if operation in {"ListTopics", "ListSubscriptions"}:
        return [Asked(f"sns:{operation}", "*")]
    if operation == "CreateTopic":
        return [Asked("sns:CreateTopic", request.arn(request.text("Name")))]
    if operation not in _ON_A_TOPIC:
        return None
    topic = request.text("TopicArn") or request.text("TargetArn") or request.text("ResourceArn") or "*"
    return [Asked(f"sns:{operation}", topic)]
