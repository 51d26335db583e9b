"""Lambda's own queue for asynchronous invocations.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from moto.awslambda.exceptions import UnknownAliasException, UnknownFunctionException
from moto.awslambda.models import LambdaFunction

from infra.local.delivery.outcome import Outcome
from infra.local.services.awslambda.asynchronous.destinations import Destinations
from infra.local.services.awslambda.asynchronous.records import Condition, Ended
from infra.local.services.awslambda.asynchronous.settings import LATEST, Settings, settings_of
from infra.local.services.awslambda.model import Functions
from infra.local.services.awslambda.versions import Versions
from infra.local.wiring import wiring

_log = logging.getLogger(__name__)

_AT_ONCE = 32
_OF_ONE_FUNCTION = 4
"""Lambda would start as many environments as there are events; here each takes the place of one that is warm."""
_AFTER_ERRORS_S = (60.0, 120.0)
_AFTER_THROTTLE_S = 1.0
_LONGEST_S = 300.0


@dataclass(frozen=True)
class Event:
    """One event in the queue."""

    request_id: str
    name: str
    qualifier: str | None
    payload: bytes
    sent_at: float
    errors: int = 0
    throttles: int = 0

    @property
    def tries(self) -> int:
        """How often the function was asked."""
        return self.errors + self.throttles


@dataclass(frozen=True)
class _Ending:
    """What is needed to tell how an event came out."""

    event: Event
    function: LambdaFunction
    version: LambdaFunction
    arn: str
    settings: Settings


class AsynchronousQueue:
    """Runs events on threads of its own; what is tried again waits for its moment on the clock, without a thread."""

    def __init__(self, functions: Functions, versions: Versions, destinations: Destinations) -> None:
        self._functions = functions
        self._versions = versions
        self._destinations = destinations
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="asynchronous")
        self._stopping = threading.Event()
        self._moving = 0
        self._running: Counter[str] = Counter()
        self._waiting: defaultdict[str, deque[Event]] = defaultdict(deque)
        self._lock = threading.Lock()

    def put(self, event: Event) -> None:
        """Take an event whose function exists."""
        with self._lock:
            if self._stopping.is_set():
                return
            self._moving += 1
            self._waiting[event.name].append(event)
            self._start(event.name)

    @property
    def idle(self) -> bool:
        """Whether no event is being worked on; one that waits for its next try is at rest."""
        return self._moving == 0

    def stop(self) -> None:
        """Give up what was waiting."""
        with self._lock:
            self._stopping.set()
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _start(self, name: str) -> None:
        """Begin what the function has room for; under the lock."""
        while self._waiting[name] and self._running[name] < _OF_ONE_FUNCTION and not self._stopping.is_set():
            self._running[name] += 1
            self._pool.submit(self._take, self._waiting[name].popleft())

    def _take(self, event: Event) -> None:
        try:
            self._try(event)
        except (UnknownFunctionException, UnknownAliasException):
            _log.warning("%s is gone; its event %s is dropped", event.name, event.request_id)
        except Exception:
            if not self._stopping.is_set():
                _log.exception("asynchronous invocation of %s", event.name)
                raise
        finally:
            with self._lock:
                self._moving -= 1
                self._running[event.name] -= 1
                self._start(event.name)

    def _try(self, event: Event) -> None:
        version, arn = self._versions.find(event.name, event.qualifier)
        function = self._versions.latest(event.name)
        settings = settings_of(function, event.qualifier, version)
        ending = _Ending(event, function, version, arn, settings)
        # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html: no try, no retry.
        if function.reserved_concurrency == 0:
            return self._end(ending, "ZeroReservedConcurrency", None)
        if wiring().clock.time() >= event.sent_at + settings.age_s:
            return self._end(ending, "EventAgeExceeded", None)
        outcome = self._functions.invoke(
            self._versions.complete(version), event.payload, invoked_arn=arn, request_id=event.request_id
        )
        return self._decide(ending, outcome)

    def _decide(self, ending: _Ending, outcome: Outcome) -> None:
        event = ending.event
        if outcome.status == "throttled":
            delay = min(_AFTER_THROTTLE_S * 2**event.throttles, _LONGEST_S)
            return self._later(ending, replace(event, throttles=event.throttles + 1), delay, outcome)
        if outcome.status == "ok":
            tried = replace(event, errors=event.errors + 1)
            return self._end(replace(ending, event=tried), "Success", outcome)
        tried = replace(event, errors=event.errors + 1)
        if tried.errors > ending.settings.retries:
            return self._end(replace(ending, event=tried), "RetriesExhausted", outcome)
        return self._later(ending, tried, _AFTER_ERRORS_S[tried.errors - 1], outcome)

    def _later(self, ending: _Ending, event: Event, delay_s: float, outcome: Outcome) -> None:
        """Try again, unless the event is too old by then."""
        clock = wiring().clock
        moment, expires = clock.time() + delay_s, event.sent_at + ending.settings.age_s
        if moment < expires:
            clock.call_at(moment, lambda _: self.put(event))
            return
        expired = replace(ending, event=event)
        clock.call_at(expires, lambda _: self._expire(expired, outcome))

    def _expire(self, ending: _Ending, outcome: Outcome) -> None:
        with self._lock:
            if self._stopping.is_set():
                return
            self._moving += 1
            self._pool.submit(self._expired, ending, outcome)

    def _expired(self, ending: _Ending, outcome: Outcome) -> None:
        try:
            self._end(ending, "EventAgeExceeded", outcome)
        finally:
            with self._lock:
                self._moving -= 1

    def _end(self, ending: _Ending, condition: Condition, outcome: Outcome | None) -> None:
        if self._stopping.is_set():
            return
        event, function = ending.event, ending.function
        arn = ending.arn if event.qualifier else f"{function.function_arn}:{LATEST}"
        version = str(ending.version.version)
        ended = Ended(event.request_id, arn, event.payload, condition, event.tries, outcome, version)
        if condition != "Success":
            self._destinations.count("AsyncEventsDropped", function.function_name)
        self._destinations.tell(ended, ending.settings, function.function_name, str(ending.version.role))
