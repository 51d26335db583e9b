"""Every moment in what a service sends or answers, however it is written."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_EPOCH = re.compile(r"\d{10}(?:\.\d+)?|\d{13}")
_CLF = re.compile(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d")
_TRACE = re.compile(r"Root=1-([0-9a-f]{8})-")
_DAY = re.compile(r"\d{4}/\d\d/\d\d(?=/)")
_NO_MOMENTS = {"account", "id", "eventId", "PreviousEventId", "previousEventId", "sequencer"}


def moments_in(value: Any, path: str = "") -> Iterator[tuple[str, datetime]]:
    """Each with where it stands; JSON and packed logs inside texts are opened."""
    if isinstance(value, datetime):
        yield path, value.astimezone(UTC)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _NO_MOMENTS:
                yield from moments_in(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from moments_in(inner, f"{path}[{number}]")
    elif isinstance(value, str) and (opened := _opened(value)) is not None:
        yield from moments_in(opened, path)
    elif isinstance(value, int | float | str) and not isinstance(value, bool):
        yield from ((path, found) for found in _in_text(str(value)))


def _opened(text: str) -> Any:
    try:
        if text.startswith(("{", "[")):
            return json.loads(text)
        return json.loads(gzip.decompress(base64.b64decode(text, validate=True))) if len(text) > 100 else None
    except (ValueError, binascii.Error, OSError):
        return None


def _in_text(text: str) -> Iterator[datetime]:
    if _EPOCH.fullmatch(text):
        yield datetime.fromtimestamp(float(text) / (1000 if re.fullmatch(r"\d{13}", text) else 1), UTC)
    yield from (datetime.fromisoformat(found).replace(tzinfo=UTC) for found in _ISO.findall(text))
    yield from (datetime.strptime(found, "%d/%b/%Y:%H:%M:%S").replace(tzinfo=UTC) for found in _CLF.findall(text))
    yield from (datetime.fromtimestamp(int(found, 16), UTC) for found in _TRACE.findall(text))
    yield from (datetime.strptime(found, "%Y/%m/%d").replace(tzinfo=UTC) for found in _DAY.findall(text))
