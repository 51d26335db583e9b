"""What is set going again at a restart: queues that feed functions, and processes that are kept warm."""

from __future__ import annotations

from moto.awslambda.models import lambda_backends

from infra.local.services.awslambda.api.concurrency import provisioned_of
from infra.local.services.awslambda.api.event_sources import queue_of
from infra.local.services.awslambda.event_sources.mappings import Mappings
from infra.local.services.awslambda.invocations import Invocations
from infra.local.services.service import Keeping
from infra.local.wiring import ACCOUNT, wiring


def _start(region: str) -> None:
    backend = lambda_backends[ACCOUNT][region]
    for mapping in backend._event_source_mappings.values():
        wiring().part(Mappings).start(mapping, queue_of(mapping.event_source_arn))
    for function in backend.list_functions():
        if provisioned_of(function):
            wiring().part(Invocations).keep_warm(function)


KEEPING = Keeping(thawed=_start)
