"""What the console needs, and a request for a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from serin.domain.contracts import Contract
from serin.http.approvals import AnswerApproval
from serin.http.releases import Direct
from serin.http.watch import Tend
from serin.ports import Clock, ObjectStore


@dataclass(frozen=True)
class ConsolePorts:
    """What pages need of the world beside the API's ports, made when somebody asks for a page."""

    clock: Clock
    lake: ObjectStore
    uploads: ObjectStore
    contracts: Mapping[str, Contract]


MakePorts = Callable[[], ConsolePorts]


@dataclass(frozen=True)
class Deeds:
    """What the forms of pages ask for, as the API's routes do."""

    answer: AnswerApproval
    direct: Direct
    tend: Tend


@dataclass(frozen=True)
class Sent:
    """A request of a browser, read."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes
    request_id: str
