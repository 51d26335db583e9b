"""Many tables as one dataset: uploaded and built by the services, joined as for training, asked online and by HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import fields, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NoReturn

import httpx
import polars as pl
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from benches.knowing.tables import SCHEMA, START, Row, frame
from benches.schedules.model import charter_of
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEvents, MemoryOnlineFeatures, MemoryWorkflows
from serin.data.contract.moments import TIMESTAMP
from serin.data.features.as_of import MOMENT
from serin.data.features.joins import latest_rows, versions_by
from serin.data.features.views import with_view
from serin.data.files.parquet import to_parquet, value_ranges
from serin.domain.charter import Charter, DatasetUse, Truth, View, Window
from serin.domain.contracts import Column, Contract
from serin.domain.datasets import Part, Upload, upload_id
from serin.http.app import UseCases, make_app
from serin.services.build_features import FeatureBuilder
from serin.services.online_features import Answer, Question, read_online
from serin.serving.features import FeaturePlan

SHOPS = "shops"
_TTL, _SHORT, _LONG = timedelta(hours=6), timedelta(hours=3), timedelta(days=2)
_WINDOWS = (
    *(Window(f"{do}_length", "length", do, _SHORT) for do in ("count", "mean", "sum", "min", "max", "last")),
    *(Window(f"{do}_takings", "takings", do, _LONG) for do in ("mean", "sum", "min", "max", "last")),
    Window("rate_open", "open", "rate", _LONG),
)
_LAST = View("seen", "shop", SHOPS, ("length", "open", "takings"), "seen_at", "created", _TTL)
_COUNTED = View("counted", "shop", SHOPS, (), "seen_at", "created", timedelta(days=1), windows=_WINDOWS)
VIEWS = (
    _LAST,
    replace(_LAST, name="untimed", created_time=None, ttl=None),
    _COUNTED,
    replace(_COUNTED, name="hourly", created_time=None, ttl=timedelta(hours=5), windows=_WINDOWS[:6]),
    View("static", "shop", SHOPS, ("length", "takings"), static=True),
)
Values = Mapping[tuple[str, str], Any]
"""By view and value."""


def _charter() -> Charter:
    charter = charter_of(derived=False)
    names = tuple(view.name for view in VIEWS)
    features = replace(charter.features, views=VIEWS, model_uses=names, entities={"shop": ("shop",)})
    truth, datasets = Truth(SHOPS, "shop", "length"), (DatasetUse(SHOPS, "shops.yaml"),)
    return replace(charter, features=features, truth=truth, datasets=datasets, inputs=charter.inputs[:1])


CHARTER = _charter()
_TYPES: Any = ("integer", "string", "timestamp", "timestamp", "integer", "boolean", "number")


class World:
    """One dataset with its services; `keyed`: its rows have a primary key, `small`: of how many all are read."""

    def __init__(self, *, keyed: bool, small: int) -> None:
        columns = tuple(Column(name, kind) for name, kind in zip(SCHEMA, _TYPES, strict=True))
        self.contract = Contract(SHOPS, "1.0.0", columns, (), ("id",) if keyed else ())
        self.lake, self.catalog, self.online = MemoryObjectStore(), MemoryCatalog(), MemoryOnlineFeatures()
        self.clock, self.rows = MemoryClock(START), list[Row]()
        self._plan = FeaturePlan(CHARTER, {})
        self._builder = FeatureBuilder(
            CHARTER,
            {SHOPS: self.contract},
            _no_code,
            lake=self.lake,
            catalog=self.catalog,
            online=self.online,
            clock=self.clock,
            small=small,
        )

    def upload(self, rows: Sequence[Row]) -> str:
        """Accept the rows; the upload's id."""
        before, self.rows = self.catalog.head(SHOPS), [*self.rows, *rows]
        table, sequence = frame(rows), before.sequence + 1
        key, name = f"datasets/{SHOPS}/{sequence}.parquet", upload_id(SHOPS, str(sequence).encode())
        self.lake.put(key, to_parquet(table))
        upload = Upload(
            name, SHOPS, f"{sequence}.csv", f"raw/{SHOPS}/{sequence}.csv", self.contract.digest(), "accepted",
            self.clock.now(), len(rows), len(rows), part=key, sequence=sequence,
        )  # fmt: skip
        part = Part(SHOPS, sequence, name, key, len(rows), name, ranges=value_ranges(table.lazy()))
        if not self.catalog.record_accepted(upload, part, before):
            raise RuntimeError(f"upload {sequence} was not taken")
        return name

    def build(self, upload: str) -> None:
        """Build the upload's features."""
        self._builder.build(SHOPS, upload, "c1", events=MemoryEvents())

    def joined(self, asked: Sequence[tuple[datetime, str]]) -> list[Values]:
        """What training joins to each question."""
        table = frame(self.rows)
        identity = versions_by(table, latest_rows(table, self.contract), self.contract)
        rows = pl.DataFrame(list(asked), schema={MOMENT: TIMESTAMP, "shop": pl.String}, orient="row")
        for view in VIEWS:
            rows = with_view(rows, view, table, ("shop",), identity)
        return [_by_view(row) for row in rows.to_dicts()]

    def served(self, shops: Sequence[str]) -> list[Values]:
        """What `predict` takes for each shop, now."""
        now = self.clock.now()
        instances = [{"shop": shop} for shop in shops]
        read = self.online.read(self._plan.keys(instances, now))
        return [_by_view(self._plan.row(instance, read, now).values) for instance in instances]

    def told(self, shops: Sequence[str]) -> list[Values]:
        """What `POST /get-online-features` answers for each shop, now."""
        body = {"entities": {"shop": list(shops)}, "feature_service": CHARTER.model, "full_feature_names": True}
        answer = asyncio.run(self._asked(body))
        names = answer["metadata"]["feature_names"][1:]
        columns = [column["values"] for column in answer["results"][1:]]
        keys = [_named(name, "__") for name in names]
        return [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]

    async def _asked(self, body: Any) -> Any:
        context = {"requestId": "r", "authorizer": {"lambda": {"owner": "a", "scopes": "features"}}}

        async def with_event(scope: Scope, receive: Receive, send: Send) -> None:
            await _app()({**scope, "aws.event": {"requestContext": context}}, receive, send)

        _ASKED.set(self)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(with_event), base_url="http://api") as client:
            answer = await client.post("/get-online-features", json=body)
        answer.raise_for_status()
        return answer.json()


_ASKED: ContextVar[World] = ContextVar("asked")


def _by_view(row: Mapping[str, Any]) -> Values:
    return {_named(name, "."): value for name, value in row.items() if "." in name}


def _named(name: str, between: str) -> tuple[str, str]:
    view, _, value = name.partition(between)
    return view, value


@cache
def _app() -> FastAPI:
    """The application over whichever world is asked: to make one takes longer than to ask it."""

    def read(question: Question) -> Answer:
        world = _ASKED.get()
        return read_online(question, {CHARTER.model: CHARTER}, online=world.online, clock=world.clock)

    others: Any = {field.name: _unasked for field in fields(UseCases)}
    use_cases = UseCases(**{**others, "read_online": read})
    return make_app({CHARTER.model: CHARTER}, MemoryCatalog(), MemoryControl(), MemoryWorkflows(), use_cases, (50, 100))


def _unasked(*_: Any) -> NoReturn:
    raise RuntimeError("nobody asks for it here")


def _no_code(call: str) -> Callable[..., Any]:
    raise LookupError(call)
