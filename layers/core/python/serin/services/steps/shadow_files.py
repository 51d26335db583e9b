"""What is kept of a shadow in the lake: files of lines that are written once and read whole."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from serin.domain.names import digest
from serin.domain.records import as_record, from_record
from serin.domain.shadows import CallMade, Kind, Matured, Pair, first_of_each, shadow_file, shadow_files
from serin.ports import ObjectStore

T = TypeVar("T")


def keep(model: str, release: str, kind: Kind, lines: Sequence[object], at: datetime, *, lake: ObjectStore) -> None:
    """Write records of one kind; the same ones at the same moment twice are one file."""
    if lines:
        content = "".join(json.dumps(as_record(line), sort_keys=True) + "\n" for line in lines).encode()
        lake.put(shadow_file(model, release, kind, at, digest(content)), gzip.compress(content, mtime=0))


def kept_pairs(model: str, release: str, *, lake: ObjectStore) -> list[Pair]:
    """The pairs in the order they were stored, each logged row once."""
    return first_of_each(_kept(model, release, "pairs", Pair, lake))


def kept_calls(model: str, release: str, *, lake: ObjectStore) -> list[CallMade]:
    """The calls of the shadow."""
    return _kept(model, release, "calls", CallMade, lake)


def kept_truth(model: str, release: str, *, lake: ObjectStore) -> list[Matured]:
    """The truth that has come, in the order it was stored; what was stored first of a row counts."""
    matured: dict[str, Matured] = {}
    for known in _kept(model, release, "truth", Matured, lake):
        matured.setdefault(known.prediction_id, known)
    return list(matured.values())


def _kept(model: str, release: str, kind: Kind, of: type[T], lake: ObjectStore) -> list[T]:
    keys = lake.keys(shadow_files(model, release, kind))
    lines = (line for key in keys for line in gzip.decompress(lake.get(key)).splitlines())
    return [from_record(of, json.loads(line)) for line in lines]
