"""Datasets that come from somebody's bucket: the function that copies new objects in, and when it looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import aws_cdk as cdk
from aws_cdk import aws_events as events

from infra.constructs.function import ServiceFunction
from infra.constructs.permissions import NAMED_BY_CONTENT, Permission, allow, list_keys
from infra.constructs.schedules import ACQUIRE, Call, call_often, schedules_may_call
from infra.constructs.stack import SerinStack
from serin.domain.sources import Source

NAMED_BY_OTHERS = "Whoever fills the source names its objects, so nobody can list them beforehand."


def acquire_from(stack: SerinStack, sources: Mapping[str, Source]) -> None:
    """Add what copies from these sources, by dataset; nothing where there are none."""
    if not sources:
        return
    acquire = ServiceFunction(
        stack,
        "acquire",
        layers=["core", "charters"],
        environment=["SERIN_UPLOADS_BUCKET", "SERIN_CATALOG_TABLE"],
        permissions=[
            *_reading(stack, sources),
            allow("s3:PutObject", on=stack.addresses.objects("uploads", *_raw(sources)), why=NAMED_BY_CONTENT),
            allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", on=stack.addresses.table("catalog")),
        ],
        called_by="event",
        memory=512,
        # A look takes what it needs of this and leaves the rest to the next one.
        timeout=cdk.Duration.minutes(15),
    )
    schedules_may_call(stack, ACQUIRE, acquire.function)
    call_often(
        stack,
        ACQUIRE,
        "Look for new objects where datasets come from: source.every of their charters",
        [
            Call(
                acquire.arn,
                source.every,
                stack.addresses.queue("undelivered"),
                {"dataset": dataset, "correlation": events.EventField.event_id},
            )
            for dataset, source in sources.items()
        ],
    )


def _reading(stack: SerinStack, sources: Mapping[str, Source]) -> Iterator[Permission]:
    # Two datasets may come from one place, which is granted once; a statement a place would soon fill a policy.
    places = dict.fromkeys((source.bucket, source.prefix) for source in sources.values())
    for bucket in dict.fromkeys(bucket for bucket, _ in places):
        yield list_keys(stack.addresses.foreign_bucket(bucket), *(prefix for name, prefix in places if name == bucket))
    read = [f"{stack.addresses.foreign_bucket(bucket)}/{prefix}*" for bucket, prefix in places]
    yield allow("s3:GetObject", on=read, why=NAMED_BY_OTHERS)


def _raw(sources: Mapping[str, Source]) -> list[str]:
    return [f"raw/{dataset}/*" for dataset in sources]
