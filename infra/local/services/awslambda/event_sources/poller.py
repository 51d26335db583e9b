"""One queue that feeds one function."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import EventSourceMapping, lambda_backends
from moto.sqs.models import Message, Queue, sqs_backends

from infra.local.iam.errors import AccessDenied
from infra.local.services.awslambda.event_sources.batch import failed_of, matches, payloads, record_of
from infra.local.services.awslambda.invocations import Invocations
from infra.local.wiring import ACCOUNT, wiring

_log = logging.getLogger(__name__)

_DEFAULT_CONCURRENCY = 5
_MOST_CONCURRENCY = 1000
_ONE_RECEIVE = 10
_LOOK_S = 0.2
_FIRST_RETRY_S = 1.0


class Poller:
    """Gathers batches and hands them to the function, as many at once as the mapping allows.

    Its settings are read from the mapping again and again, so a changed mapping counts at once. What waits for the
    clock, a batch for its window's end or for its next try after a throttle, holds no thread and is at rest.
    """

    def __init__(self, mapping: EventSourceMapping, queue: Queue, region: str) -> None:
        self._mapping = mapping
        self._queue = queue
        self._region = region
        self._pool = ThreadPoolExecutor(_MOST_CONCURRENCY, thread_name_prefix=f"fed by {queue.name}")
        self._lock = threading.Lock()
        self._gathered: list[Message] = []
        self._taken = 0
        self._moving = 0
        self._refused = False
        self._late = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"polls {queue.name}", daemon=True)

    def start(self) -> None:
        """Begin to poll."""
        self._thread.start()

    @property
    def idle(self) -> bool:
        """Whether no batch is being worked on, and no message could be taken now."""
        if self._stopping.is_set():
            return True
        takes = self._mapping.enabled and not self._refused and bool(self._queue.messages)
        return self._moving == 0 and not (self._has_room() and (takes or self._late))

    def stop(self) -> None:
        """Take no more messages."""
        self._stopping.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def join(self) -> None:
        """Wait for the poller's end."""
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._queue.wait_for_messages(_LOOK_S)  # type: ignore[arg-type]
            if self._stopping.is_set():
                return
            if self._late and self._has_room():
                self._hand_over()
            # A queue that is empty, as most are most of the time, is not asked for messages.
            takes = self._mapping.enabled and self._has_room() and bool(self._queue.messages)
            if not (takes and self._gather()):
                self._stopping.wait(_LOOK_S / 4)

    def _has_room(self) -> bool:
        most = int((self._mapping.scaling_config or {}).get("MaximumConcurrency", _DEFAULT_CONCURRENCY))
        return self._taken < most

    def _gather(self) -> bool:
        """Take messages, and hand the batch over when it is full or need not wait; False when there was nothing."""
        # Counted before they vanish from the queue: there is no moment in which nobody has them.
        with self._lock:
            self._moving += 1
        try:
            size, window = int(self._mapping.batch_size), float(self._mapping.max_batch_window or 0)
            messages = self._receive(size - len(self._gathered))
            with self._lock:
                begins = bool(messages) and not self._gathered
                self._gathered += messages
                full = len(self._gathered) >= size
            if full or (messages and window == 0):
                self._hand_over()
            elif begins:
                wiring().clock.call_at(wiring().clock.time() + window, lambda _: self._hand_over())
            return bool(messages)
        finally:
            with self._lock:
                self._moving -= 1

    def _receive(self, count: int) -> list[Message]:
        messages: list[Message] = []
        try:
            wiring().guard.role_may(self._role(), "sqs:ReceiveMessage", str(self._queue.queue_arn))
            self._refused = False
            while len(messages) < count and (more := self._received(min(_ONE_RECEIVE, count - len(messages)))):
                messages += more
        except (AccessDenied, UnknownFunctionException) as error:
            if not self._refused:
                _log.warning("the queue %s feeds nobody: %s", self._queue.name, error)
            self._refused = True
        return messages

    def _received(self, count: int) -> list[Message]:
        timeout = int(self._queue.visibility_timeout)  # type: ignore[attr-defined]
        return sqs_backends[ACCOUNT][self._region].receive_message(self._queue.name, count, 0, timeout, ["All"])

    def _role(self) -> str:
        """The function's, which must exist; a mapping outlives its function."""
        return str(lambda_backends[ACCOUNT][self._region].get_function(target_of(self._mapping)).role)

    def _hand_over(self) -> None:
        """Give what was gathered to a thread; of two calls for one batch the second finds nothing."""
        with self._lock:
            self._late = not self._has_room()
            if self._late or not self._gathered or self._stopping.is_set():
                return
            batch, self._gathered = self._gathered, []
            self._taken += 1
            self._moving += 1
            self._pool.submit(self._work, batch, wiring().clock.time(), 0)

    def _work(self, batch: Sequence[Message], received_at: float, throttles: int) -> None:
        again: list[Message] = []
        try:
            again = self._invoke(self._wanted(batch))
            if again and not self._try_again(again, received_at, throttles):
                again = []
        except Exception as error:
            if not self._stopping.is_set() and not isinstance(error, AccessDenied | UnknownFunctionException):
                _log.exception("batch for %s", target_of(self._mapping))
                raise
        finally:
            with self._lock:
                self._moving -= 1
                self._taken -= 0 if again else 1

    def _wanted(self, batch: Sequence[Message]) -> list[Message]:
        """What the filters let through; the rest is deleted, as on AWS."""
        passed = [one for one in batch if matches(record_of(one, self._queue), self._mapping.filter_criteria)]
        self._delete([one for one in batch if one not in passed])
        return passed

    def _invoke(self, batch: Sequence[Message]) -> list[Message]:
        """Run the function; returns the messages that met a throttle."""
        partial = "ReportBatchItemFailures" in (self._mapping.function_response_types or [])
        throttled: set[str] = set()
        failed: set[str] = set()
        for payload, ids in payloads([record_of(message, self._queue) for message in batch]):
            outcome = wiring().part(Invocations).by_arn(target_of(self._mapping), payload)
            if outcome.status == "throttled":
                throttled.update(ids)
            else:
                failed |= failed_of(outcome, set(ids), partial)
        self._delete([message for message in batch if message.id not in failed | throttled])
        return [message for message in batch if message.id in throttled]

    def _delete(self, batch: Sequence[Message]) -> None:
        if batch:
            wiring().guard.role_may(self._role(), "sqs:DeleteMessage", str(self._queue.queue_arn))
        for message in batch:
            self._queue.delete_message(str(message.receipt_handle))

    def _try_again(self, batch: list[Message], received_at: float, throttles: int) -> bool:
        """Try once more before others may see the messages; False when that time is over."""
        clock = wiring().clock
        moment = clock.time() + _FIRST_RETRY_S * 2**throttles
        if moment >= received_at + int(self._queue.visibility_timeout):  # type: ignore[attr-defined]
            return False
        clock.call_at(moment, lambda _: self._resume(batch, received_at, throttles + 1))
        return True

    def _resume(self, batch: Sequence[Message], received_at: float, throttles: int) -> None:
        with self._lock:
            if not self._stopping.is_set():
                self._moving += 1
                self._pool.submit(self._work, batch, received_at, throttles)


def target_of(mapping: Any) -> str:
    """The function a mapping invokes, with its qualifier."""
    return str(mapping.function_arn)
