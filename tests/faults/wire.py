"""The AWS adapters on a mocked AWS, with the faults of a schedule where requests go out: below boto3's clients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.core.models import botocore_stubber

from benches.schedules.baton import Invocation
from benches.schedules.faults import AnswerLost, Chance, Fault, Throttled
from benches.schedules.functions import Subject
from benches.schedules.ports import Step, step_of
from benches.schedules.trace import Trace
from benches.schedules.world import Stores
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import RecordTable
from serin.adapters.s3 import S3ObjectStore
from serin.ports import ObjectStore
from tests.answers import online_of
from tests.tables import REGION, a_table

# What the client tries again by itself is a fault of its own, `sent twice`, and costs no time here.
ONCE = Config(retries={"total_max_attempts": 1})


class Wire:
    """Everything the clients send while an invocation works passes here; `faults` counts them by operation."""

    def __init__(self) -> None:
        self.dynamodb: Any = boto3.client("dynamodb", region_name=REGION, config=ONCE)
        self.s3: Any = boto3.client("s3", region_name=REGION, config=ONCE)
        for service, client in (("dynamodb", self.dynamodb), ("s3", self.s3)):
            client.meta.events.register_first(f"before-send.{service}", self._send)
        self.faults: Counter[tuple[str, Fault]] = Counter()
        self._at_work: tuple[Invocation, Chance, Trace] | None = None
        self._numbers = count(1)

    def subject(self) -> Subject:
        """The platform on AWS, each schedule with buckets and tables of its own."""
        return Subject("serin on AWS", self._stores, steps=self._steps)

    def _stores(self) -> Stores:
        number = next(self._numbers)
        uploads, lake = self._bucket(f"uploads-{number}"), self._bucket(f"lake-{number}")
        catalog = a_table(f"catalog-{number}", "pk", "sk", by_moment=True, client=self.dynamodb)
        online = a_table(f"online-{number}", "pk", client=self.dynamodb)

        def put(_: ObjectStore, key: str, content: bytes) -> str:
            return str(self.s3.put_object(Bucket=f"uploads-{number}", Key=key, Body=content)["VersionId"])

        return Stores(
            uploads=uploads,
            lake=lake,
            catalog=DynamoCatalog(RecordTable(*catalog)),
            online=online_of(*online),
            put=put,
        )

    def _bucket(self, name: str) -> ObjectStore:
        self.s3.create_bucket(Bucket=name)
        self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return S3ObjectStore(self.s3, name)

    def _steps(self, invocation: Invocation, chance: Chance, trace: Trace) -> Step:
        in_memory = step_of(invocation, chance, trace)

        def step(name: str, function: Callable[..., Any], *arguments: Any) -> Any:
            if name.startswith("events."):
                return in_memory(name, function, *arguments)
            invocation.pause()
            self._at_work = invocation, chance, trace
            try:
                return function(*arguments)
            finally:
                self._at_work = None

        return step

    def _send(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> None:
        if self._at_work is None:
            return
        invocation, chance, trace = self._at_work
        operation = event_name.rsplit(".", 1)[1]
        fault = chance.draw(operation)
        trace.add(invocation.name, operation, (), fault)
        if fault is not None:
            invocation.faults += 1
            self.faults[operation, fault] += 1
        # Unless this raises, moto's own handler comes next, and answers.
        deliver = partial(_deliver, event_name, request)
        if fault == "sent twice":
            deliver()
        elif fault is not None:
            _go_wrong(fault, chance, operation, deliver, request.url)


def _go_wrong(fault: Fault, chance: Chance, operation: str, deliver: Callable[[], Any], url: str) -> None:
    """Raise what boto3 raises when a request goes as the fault has it."""
    try:
        chance.apply(fault, operation, deliver)
    except Throttled as error:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "Slow down."}}, operation) from error
    except AnswerLost as error:
        raise ReadTimeoutError(endpoint_url=url) from error


def _deliver(event_name: str, request: AWSPreparedRequest) -> None:
    """Let the request reach the service, and be whole again for the next time."""
    botocore_stubber(event_name, request)
    request.reset_stream()
