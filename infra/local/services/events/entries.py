"""What PutEvents takes: nobody speaks in AWS's own name, a detail is a JSON object, and a request has a size.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend

from infra.local.moto_patches.registry import wrap

MOST_BYTES = 256 * 1024
"""Of all entries of a request together."""
_MOST = 10
_TIME_BYTES = 14
_TOO_LARGE = "Total size of the entries in the request is over the limit."
_NOT_YOURS = ("NotAuthorizedForSourceException", "Not authorized for the source.")
_MALFORMED = ("MalformedDetail", "Detail is malformed.")

Entry = Mapping[str, Any]


@wrap(EventsBackend, "put_events")
def put_events(
    original: Callable[..., list[dict[str, Any]]], backend: EventsBackend, events: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """moto takes entries of any size, from any source, and with details that are no objects."""
    if sum(map(_size, events)) > MOST_BYTES:
        raise ValidationException(_TOO_LARGE)
    refused = [_refusal(entry) for entry in events]
    taken = [entry for entry, reason in zip(events, refused, strict=True) if reason is None]
    # Too many are refused as a whole, whatever is in them.
    answers = iter(original(backend, taken if len(events) <= _MOST else events))
    return [next(answers) if reason is None else _failed(*reason) for reason in refused]


def _refusal(entry: Entry) -> tuple[str, str] | None:
    if str(entry.get("Source") or "").startswith("aws."):
        return _NOT_YOURS
    try:
        detail = json.loads(entry.get("Detail") or "{}")
    except ValueError:
        return _MALFORMED
    return None if isinstance(detail, dict) else _MALFORMED


def _failed(code: str, message: str) -> dict[str, Any]:
    return {"ErrorCode": code, "ErrorMessage": message}


def _size(entry: Entry) -> int:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/calculate-putevents-entry-size.html"""
    texts: Iterable[str] = (
        *(str(entry.get(key) or "") for key in ("Source", "DetailType", "Detail")),
        *(entry.get("Resources") or ()),
    )
    return sum(len(text.encode()) for text in texts) + (_TIME_BYTES if entry.get("Time") else 0)
