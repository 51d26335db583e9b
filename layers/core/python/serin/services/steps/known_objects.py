"""Whether something lies at a key, and what: for whoever may list the keys there.

Reading a key that nobody wrote is told from a key that may not be read only where the whole bucket may be listed, which
no role may: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_Permissions.
"""

from __future__ import annotations

import json
from typing import TypeVar

from serin.domain.records import from_record
from serin.ports import Files

T = TypeVar("T")


def is_there(key: str, *, store: Files) -> bool:
    """Whether there is an object of that key."""
    return key in store.keys(key)


def known_record(kind: type[T], key: str, *, store: Files) -> T | None:
    """The record of that kind at a key; None where there is none."""
    return from_record(kind, json.loads(store.get(key))) if is_there(key, store=store) else None
