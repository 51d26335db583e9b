"""The API over ports in memory, asked as the gateway asks it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import (
    MemoryClock,
    MemoryEndpoint,
    MemoryEvents,
    MemoryOnlineFeatures,
    MemoryWorkflows,
)
from serin.domain.actual_cost import ActualCost
from serin.domain.approvals import Approval, Word
from serin.domain.batches import Batch
from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.cut_plan import CutPlan
from serin.domain.events import Event
from serin.domain.feedback import Feedback
from serin.domain.health import Health
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.models import Withdrawal
from serin.domain.people import People
from serin.domain.profiles import ShownProfile
from serin.domain.release_record import Directive, Wish
from serin.domain.releases import Release
from serin.http.app import UseCases, make_app
from serin.http.console_ports import ConsolePorts
from serin.services.answer_approval import answer_approval
from serin.services.direct_release import direct_release
from serin.services.give_feedback import FeedbackTaken, give_feedback
from serin.services.online_features import Answer, Question, read_online
from serin.services.show_batch import ShownBatch, show_batch
from serin.services.show_cost import show_cost
from serin.services.show_health import show_health
from serin.services.show_plan import show_plan
from serin.services.show_prediction import Shown, show_prediction
from serin.services.show_profile import show_profile
from serin.services.show_watch import ShownWatch, show_watch
from serin.services.start_batch import start_batch
from serin.services.tend_episode import Deed, tend_episode
from serin.services.withdraw_version import withdraw_version
from tests.builders import NOON, a_charter, contracts_of_orders

MODEL = "late-orders"


@dataclass
class Api:
    """Ports in memory, and the application that is asked."""

    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    control: MemoryControl = field(default_factory=MemoryControl)
    workflows: MemoryWorkflows = field(default_factory=MemoryWorkflows)
    lake: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    uploads: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    endpoint: MemoryEndpoint = field(default_factory=MemoryEndpoint)
    online: MemoryOnlineFeatures = field(default_factory=MemoryOnlineFeatures)
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(NOON))
    events: MemoryEvents = field(default_factory=MemoryEvents)
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    charter: Charter = field(default_factory=a_charter)
    charters: Mapping[str, Charter] = field(default_factory=lambda: {MODEL: a_charter()})

    def __post_init__(self) -> None:
        self.app = _app()

    def show(self, prediction: str, correlation: str) -> Shown:
        return show_prediction(
            *(prediction, {MODEL: a_charter()}, correlation),
            lake=self.lake,
            catalog=self.catalog,
            endpoint=self.endpoint,
            clock=self.clock,
        )

    def take(self, model: str, items: Sequence[Feedback], token: str) -> FeedbackTaken:
        charters = {MODEL: a_charter(truth=replace(a_charter().truth, feedback=True)), "early-orders": a_charter()}
        return give_feedback(model, items, token, charters, lake=self.lake, catalog=self.catalog, clock=self.clock)

    def health(self, model: str, span: timedelta) -> Health:
        return show_health(model, span, lake=self.lake, catalog=self.catalog, clock=self.clock)

    def cost(self, charter: Charter, span: timedelta) -> ActualCost:
        return show_cost(charter, span, lake=self.lake, catalog=self.catalog, clock=self.clock)

    def read(self, question: Question) -> Answer:
        return read_online(question, {MODEL: a_charter()}, online=self.online, clock=self.clock)

    def profile(self, dataset: str, model: str | None) -> ShownProfile:
        return show_profile(dataset, model, {MODEL: a_charter()}, catalog=self.catalog, lake=self.lake)

    def plan(self, model: str) -> CutPlan:
        return show_plan(self.charter, contracts_of_orders(), catalog=self.catalog, lake=self.lake)

    def publish(self, event: Event) -> None:
        self.events.publish(event)

    def withdraw(self, model: str, version: int, why: str, by: str) -> Withdrawal:
        return withdraw_version(model, version, why, by, catalog=self.catalog, clock=self.clock)

    def watch(self, model: str, window: date | None) -> ShownWatch:
        return show_watch(model, window, catalog=self.catalog, lake=self.lake)

    def tend(self, model: str, feature: str, deed: Deed, by: str) -> Episode:
        return tend_episode(model, feature, deed, by, catalog=self.catalog, clock=self.clock)

    def answer(self, model: str, approval: str, word: Word, why: str, by: str, token: str) -> Approval:
        ports: Any = {"catalog": self.catalog, "clock": self.clock, "workflows": self.workflows}
        return answer_approval(model, approval, word, why, by, token, People(), **ports)

    def start_batch(self, model: str, file: str, version: int | None, by: str, call: str, again: str | None) -> Batch:
        ports: Any = {"catalog": self.catalog, "control": self.control, "workflows": self.workflows}
        stores: Any = {"uploads": self.uploads, "lake": self.lake, "clock": self.clock}
        return start_batch(model, file, version, by, call, again, **ports, **stores)

    def show_batch(self, model: str, batch: str) -> ShownBatch:
        return show_batch(model, batch, lake=self.lake, workflows=self.workflows)

    def direct(self, wish: Wish, release: Release, by: str, correlation: str) -> Directive:
        ports: Any = {"catalog": self.catalog, "control": self.control, "events": self.events, "clock": self.clock}
        return direct_release(wish, release, by, correlation, **ports)

    def console(self) -> ConsolePorts:
        return ConsolePorts(self.clock, self.lake, self.uploads, self.contracts)

    def ask(
        self,
        method: str,
        path: str,
        scopes: str | None = "read",
        body: Any = None,
        content: bytes | None = None,
        *,
        token: str = "t1",
        key: str | None = None,
    ) -> httpx.Response:
        """The answer to one request; `scopes` None is a call that no authorizer has seen."""
        authorizer = None if scopes is None else {"lambda": {"owner": "ana", "token": token, "scopes": scopes}}

        async def with_event(scope: Scope, receive: Receive, send: Send) -> None:
            context = {"requestId": "call-1", **({} if authorizer is None else {"authorizer": authorizer})}
            await self.app({**scope, "aws.event": {"requestContext": context}}, receive, send)

        headers = {} if content is None else {"content-type": "application/json"}
        headers |= {} if key is None else {"idempotency-key": key}

        async def answered() -> httpx.Response:
            _ASKED.set(self)
            transport = httpx.ASGITransport(with_event, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
                return await client.request(method, path, json=body, content=content, headers=headers)

        return asyncio.run(answered())


_ASKED: ContextVar[Api] = ContextVar("asked")


class _Port:
    """That port of whichever Api is asked: to make an application takes longer than any of its tests."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        return getattr(getattr(_ASKED.get(), self._name), method)


class _Charters(Mapping[str, Charter]):
    """Those of whichever Api is asked: none is read before."""

    def __getitem__(self, model: str) -> Charter:
        return _ASKED.get().charters[model]

    def __iter__(self) -> Iterator[str]:
        return iter(_ASKED.get().charters)

    def __len__(self) -> int:
        return len(_ASKED.get().charters)


@cache
def _app() -> FastAPI:
    """An application over the charters and ports of the Api that is asked."""
    use_cases = UseCases(
        show_prediction=lambda *arguments: _ASKED.get().show(*arguments),
        read_online=lambda question: _ASKED.get().read(question),
        show_profile=lambda *arguments: _ASKED.get().profile(*arguments),
        publish=lambda event: _ASKED.get().publish(event),
        withdraw_version=lambda *arguments: _ASKED.get().withdraw(*arguments),
        direct_release=lambda *arguments: _ASKED.get().direct(*arguments),
        give_feedback=lambda *arguments: _ASKED.get().take(*arguments),
        show_watch=lambda *arguments: _ASKED.get().watch(*arguments),
        tend_episode=lambda *arguments: _ASKED.get().tend(*arguments),
        show_health=lambda *arguments: _ASKED.get().health(*arguments),
        show_cost=lambda *arguments: _ASKED.get().cost(*arguments),
        answer_approval=lambda *arguments: _ASKED.get().answer(*arguments),
        start_batch=lambda *arguments: _ASKED.get().start_batch(*arguments),
        show_batch=lambda *arguments: _ASKED.get().show_batch(*arguments),
        now=lambda *_: _ASKED.get().clock.now(),
        console=lambda: _ASKED.get().console(),
        show_plan=lambda model: _ASKED.get().plan(model),
    )
    ports: tuple[Any, Any, Any] = (_Port("catalog"), _Port("control"), _Port("workflows"))
    return make_app(_Charters(), *ports, use_cases, (50, 100))
