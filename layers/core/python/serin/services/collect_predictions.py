"""Lines of the prediction log become files of the lake."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from serin.domain.errors import Invalid
from serin.domain.names import checked_name, digest
from serin.domain.predictions import log_file
from serin.ports import ObjectStore

Line = Mapping[str, Any]


def collect_predictions(lines: Sequence[str], *, lake: ObjectStore) -> int:
    """Write the lines below `predictions/<model>/<date>/`, each prediction once; how many there were.

    A file holds lines of one minute and is named by its first and last moment, which is how a
    prediction is found again, and by its content: the same batch delivered twice is one file.
    Readers drop prediction ids they have seen, since a batch may come again in other company.
    """
    groups: dict[tuple[str, datetime], dict[str, tuple[datetime, Line]]] = defaultdict(dict)
    for text in lines:
        at, line = _line(text)
        place = checked_name(line["model"], "model"), at.replace(second=0, microsecond=0)
        groups[place].setdefault(line["prediction_id"], (at, line))
    for (model, _), unique in groups.items():
        moments = [at for at, _ in unique.values()]
        content = "".join(json.dumps(line, sort_keys=True) + "\n" for _, line in unique.values()).encode()
        lake.put(log_file(model, min(moments), max(moments), digest(content)), gzip.compress(content, mtime=0))
    return sum(len(unique) for unique in groups.values())


def _line(text: str) -> tuple[datetime, Line]:
    try:
        line = json.loads(text)
        at, _, _ = line["at"], line["model"], line["prediction_id"]
        return datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(UTC), line
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid(
            f"Not a line of the prediction log: {text[:80]!r}.", "Look at the subscription's filter."
        ) from error
