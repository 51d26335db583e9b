"""Lines of the prediction log become files of the lake."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from serin.domain.errors import Invalid
from serin.domain.names import checked_name, digest
from serin.domain.predictions import log_file
from serin.ports import ObjectStore

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Collected:
    """How many predictions were written, and how many lines were left out because they speak of another model."""

    collected: int
    foreign: int


def collect_predictions(model: str, lines: Sequence[str], *, lake: ObjectStore) -> Collected:
    """Write the lines of a model's log below `predictions/<model>/<date>/`, each prediction once.

    The log's owner decides whose predictions they are: a model's own code can print lines that name another.

    A file holds lines of one minute and is named by its first and last moment, which is how a
    prediction is found again, and by its content: the same batch delivered twice is one file.
    Readers drop prediction ids they have seen, since a batch may come again in other company.
    """
    groups: dict[datetime, dict[str, tuple[datetime, Line]]] = defaultdict(dict)
    read = [_line(text) for text in lines]
    own = [(at, line) for at, line in read if line["model"] == model]
    for at, line in own:
        groups[at.replace(second=0, microsecond=0)].setdefault(line["prediction_id"], (at, line))
    for unique in groups.values():
        moments = [at for at, _ in unique.values()]
        content = "".join(json.dumps(line, sort_keys=True) + "\n" for _, line in unique.values()).encode()
        lake.put(
            log_file(checked_name(model, "model"), min(moments), max(moments), digest(content)),
            gzip.compress(content, mtime=0),
        )
    return Collected(sum(len(unique) for unique in groups.values()), len(read) - len(own))


def _line(text: str) -> tuple[datetime, Line]:
    try:
        line = json.loads(text)
        at, _, _ = line["at"], line["model"], line["prediction_id"]
        return datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(UTC), line
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid(
            f"Not a line of the prediction log: {text[:80]!r}.", "Look at the subscription's filter."
        ) from error
