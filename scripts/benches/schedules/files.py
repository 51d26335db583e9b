"""The uploads of a schedule: corrected rows, late events, one content under several names, files that are no good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from benches.schedules.model import SHOP_NAMES, SHOPS, START, ZONE_NAMES, ZONES

UNKNOWN = "unknown"
# Most are of one shop, so that what is made of two files is often the same item.
OFTEN = (*SHOP_NAMES[:1] * 2, *SHOP_NAMES)
HOURS = 2 * 24
Row = tuple[Any, ...]


@dataclass(frozen=True)
class File:
    """An object to put, and what must become of it: its good rows, how many bad ones; None is a file to reject."""

    dataset: str
    key: str
    content: bytes
    good: Sequence[Row] | None
    bad: int = 0


def files_of(random: Random, *, derived: bool) -> list[File]:
    """Two to four objects; later ones may repeat an earlier one's content or name."""
    files: list[File] = []
    for number in range(random.randint(2, 4)):
        files.append(_file(random, number, files, derived=derived))
    return files


def _file(random: Random, number: int, before: Sequence[File], *, derived: bool) -> File:
    kind = random.random()
    if before and kind < 0.15:
        known = random.choice(before)
        key = known.key if known.dataset == UNKNOWN else _key(random, known.dataset, number)
        return File(known.dataset, key, known.content, known.good, known.bad)
    if kind < 0.22:
        return _no_good(random, number)
    if kind < (0.5 if derived else 0.32):
        return _zones(random, number)
    return _shops(random, number)


def _key(random: Random, dataset: str, number: int) -> str:
    """A name of its own, or one that may be another file's too: a new version of it."""
    return f"raw/{dataset}/{random.choice([f'file-{number}', 'same'])}.csv"


def _no_good(random: Random, number: int) -> File:
    if random.random() < 0.4:
        return File(UNKNOWN, f"raw/cakes/{number}.csv", b"id\n1\n", None)
    return File(SHOPS, _key(random, SHOPS, number), f"id,shop\n{number},a\n".encode(), None)


def _zones(random: Random, number: int) -> File:
    zone, hours = random.choice(ZONE_NAMES), random.randint(-30, 30)
    return File(ZONES, _key(random, ZONES, number), f"zone,hours\n{zone},{hours}\n".encode(), [(zone, hours)])


def _shops(random: Random, number: int) -> File:
    """Ids are few, so that files correct each other's rows; events are of two days, in any order."""
    ids = random.sample(range(8), random.choice([0, 1, 2, 2, 3, 4]))
    # Few different times, so that events of one time meet.
    times = [START + timedelta(hours=random.randrange(HOURS)) for _ in ids]
    good = [(row, random.choice(OFTEN), at, _length(random)) for row, at in zip(ids, times, strict=True)]
    bad = [(90 + number, "a", START, 1001)] if not good or random.random() < 0.3 else []
    text = "".join(_line(*row) for row in (*bad, *good))
    content = f"id,shop,seen_at,length\n{text}".encode()
    # A file without one good row is rejected.
    return File(SHOPS, _key(random, SHOPS, number), content, good or None, len(bad) if good else 0)


def _length(random: Random) -> int | None:
    return random.choice([None, random.randrange(1000)])


def _line(row: int, shop: str, at: datetime, length: int | None) -> str:
    return f"{row},{shop},{at:%Y-%m-%dT%H:%M:%SZ},{'' if length is None else length}\n"
