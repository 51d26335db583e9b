"""Queues that feed functions: batches in, partial failures back, as many at once as the mapping allows."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from moto.awslambda.models import EventSourceMapping, lambda_backends
from moto.sqs.models import Message, Queue, sqs_backends

from infra.local.lambda_model import Outcome
from infra.local.wiring import ACCOUNT, wiring
from serin.domain.errors import Invalid

_log = logging.getLogger(__name__)

_DEFAULT_CONCURRENCY = 5
_LOOK_S = 0.2


class Mappings:
    """The pollers of one cloud; each ends when its mapping is deleted."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._pollers: list[Poller] = []

    def start(self, mapping: EventSourceMapping, function: str) -> None:
        """Poll for a new mapping; `function` is its function as it was named, with the qualifier moto drops."""
        if ":sqs:" not in mapping.event_source_arn:
            raise Invalid(
                f"{function} is fed by {mapping.event_source_arn}.",
                "The local cloud feeds functions from SQS queues only.",
            )
        if mapping.filter_criteria:
            raise Invalid(
                f"{function} filters its queue.", "The local cloud has no filter criteria; filter in the rule."
            )
        queue = sqs_backends[ACCOUNT][self._region].get_queue(mapping.event_source_arn.rsplit(":", 1)[-1])
        # moto would invoke the function inside SendMessage.
        queue.lambda_event_source_mappings.clear()
        poller = Poller(mapping, function, queue, self._region)
        self._pollers.append(poller)
        poller.start()

    @property
    def idle(self) -> bool:
        """Whether the mapped queues hold nothing and no batch is being worked on."""
        return all(poller.idle for poller in self._pollers)

    def stop(self) -> None:
        """End all pollers."""
        for poller in self._pollers:
            poller.stop()
        for poller in self._pollers:
            poller.join()


class Poller:
    """Reads one queue for one function."""

    def __init__(self, mapping: EventSourceMapping, function: str, queue: Queue, region: str) -> None:
        self._mapping = mapping
        self._function = function
        self._queue = queue
        self._region = region
        self._partial = "ReportBatchItemFailures" in (mapping.function_response_types or [])
        at_once = int((mapping.scaling_config or {}).get("MaximumConcurrency", _DEFAULT_CONCURRENCY))
        self._free = threading.Semaphore(at_once)
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix=f"feeds {function.rsplit(':', 1)[-1]}")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"polls {queue.name}", daemon=True)

    def start(self) -> None:
        """Begin to poll."""
        self._thread.start()

    @property
    def idle(self) -> bool:
        """Whether the queue holds no message, waiting or being worked on."""
        return not self._queue._messages

    def stop(self) -> None:
        """Take no more messages."""
        self._stopping.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def join(self) -> None:
        """Wait for the poller's end."""
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopping.is_set() and self._exists():
            self._queue.wait_for_messages(_LOOK_S)  # type: ignore[arg-type]
            if self._stopping.is_set() or not self._mapping.enabled or not self._free.acquire(timeout=_LOOK_S):
                self._stopping.wait(0.0 if self._mapping.enabled else _LOOK_S)
                continue
            batch = self._receive()
            if batch:
                self._pool.submit(self._work, batch)
            else:
                self._free.release()

    def _exists(self) -> bool:
        return self._mapping.uuid in lambda_backends[ACCOUNT][self._region]._event_source_mappings

    def _receive(self) -> list[Message]:
        backend = sqs_backends[ACCOUNT][self._region]
        timeout = int(self._queue.visibility_timeout)  # type: ignore[attr-defined]
        return backend.receive_message(self._queue.name, int(self._mapping.batch_size), 0, timeout, ["All"])

    def _work(self, batch: Sequence[Message]) -> None:
        try:
            payload = json.dumps({"Records": [self._record(message) for message in batch]}).encode()
            outcome = wiring().invocations.by_arn(self._function, payload)
            failed = self._failed(outcome, {message.id for message in batch})
            for message in batch:
                if message.id not in failed:
                    self._queue.delete_message(str(message.receipt_handle))
        except Exception:
            if not self._stopping.is_set():
                _log.exception("batch for %s", self._function)
                raise
        finally:
            self._free.release()

    def _failed(self, outcome: Outcome, sent: set[str]) -> set[str]:
        """Ids that stay in the queue until they are visible again; all of them when the answer makes no sense."""
        if outcome.status != "ok":
            return sent
        if not self._partial:
            return set()
        try:
            answer = json.loads(outcome.payload)
            failures = (answer or {}).get("batchItemFailures") or []
            failed = {str(failure["itemIdentifier"]) for failure in failures}
        except (ValueError, AttributeError, TypeError, KeyError):
            return sent
        return failed if failed <= sent else sent

    def _record(self, message: Message) -> dict[str, Any]:
        attributes = {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SenderId": str(message.sender_id),
            "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        }
        if message.group_id:
            attributes["MessageGroupId"] = message.group_id
            attributes["MessageDeduplicationId"] = str(message.deduplication_id)
        return {
            "messageId": message.id,
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": attributes,
            "messageAttributes": {},
            "md5OfBody": message.body_md5,
            "eventSource": "aws:sqs",
            "eventSourceARN": self._queue.queue_arn,
            "awsRegion": self._region,
        }
