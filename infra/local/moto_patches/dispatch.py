"""What moto finds out anew for every request: what never changes while the process lives, and what costs too much."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores
from moto.moto_api._internal import mock_random

from infra.local.moto_patches.registry import replace, wrap

Headers = dict[str, str]
_XML_ID = "<RequestId>"
_RESPONSES = importlib.import_module("moto.core.responses")
_underscored = lru_cache(maxsize=4096)(camelcase_to_underscores)


@dataclass(frozen=True)
class _Methods:
    """The names of a class's functions; looked up, so that one that is added is there."""

    owner: object

    def __contains__(self, name: str) -> bool:
        return inspect.isfunction(getattr(self.owner, name, None))


@replace(_RESPONSES, "method_names_from_class")
def method_names_from_class(owner: object) -> _Methods:
    """moto reads every member of a class, hundreds, to see whether it has one."""
    return _Methods(owner)


@wrap(_RESPONSES, "camelcase_to_underscores")
def method_of(_original: Callable[[str], str], operation: str) -> str:
    """moto takes each operation's name apart again, letter by letter."""
    return _underscored(operation)


@replace(_RESPONSES, "gen_amzn_requestid_long")
def request_id(headers: dict[str, str]) -> str:
    """moto draws the 52 characters of every answer's id one by one, which takes as long as to read an item."""
    drawn = f"{mock_random.getrandbits(208):052X}"
    headers["x-amzn-requestid"] = drawn
    return drawn


@wrap(BaseResponse, "_enrich_response")
def with_its_id(original: Callable[..., tuple[Headers, Any]], *args: Any) -> tuple[Headers, Any]:
    """moto looks at every letter of every answer for the element of an XML answer that holds its id."""
    headers, body = args[-2:]
    if isinstance(body, str) and _XML_ID in body:
        return original(headers, body)
    return original(headers, "")[0], body
