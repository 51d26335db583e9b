"""Queue policies, and queues with the encryption the templates ask for."""

from __future__ import annotations

import json

from moto.sqs.models import sqs_backends

from infra.local.resources.model import Made, Wanted, resource


@resource("AWS::SQS::QueuePolicy")
def queue_policy(wanted: Wanted) -> Made:
    """moto skips the type."""
    policy = json.dumps(wanted.properties["PolicyDocument"])
    backend = sqs_backends[wanted.account][wanted.region]
    for url in wanted.properties["Queues"]:
        backend.get_queue(url.rsplit("/", 1)[-1])._set_attributes({"Policy": policy})
    return Made(wanted.name)
