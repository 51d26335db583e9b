"""Lines of the prediction log become files of the lake."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from serin.domain.errors import Invalid
from serin.domain.names import checked_name, digest
from serin.ports import ObjectStore

Line = Mapping[str, Any]


def collect_predictions(lines: Sequence[str], lake: ObjectStore) -> int:
    """Write the lines below `predictions/<model>/<date>/`, each prediction once; how many there were.

    A file is named by its content: the same batch delivered twice is one file. Readers drop
    prediction ids they have seen, since a batch may come again in other company.
    """
    groups: dict[tuple[str, str], dict[str, Line]] = defaultdict(dict)
    for text in lines:
        line = _line(text)
        place = checked_name(line["model"], "model"), line["at"][:10]
        groups[place].setdefault(line["prediction_id"], line)
    for (model, date), unique in groups.items():
        content = "".join(json.dumps(line, sort_keys=True) + "\n" for line in unique.values()).encode()
        key = f"predictions/{model}/{date}/{digest(content)[:32]}.jsonl.gz"
        lake.put(key, gzip.compress(content, mtime=0))
    return sum(len(unique) for unique in groups.values())


def _line(text: str) -> Line:
    try:
        line = json.loads(text)
    except ValueError as error:
        raise Invalid(
            f"Not a line of the prediction log: {text[:80]!r}.", "Look at the subscription's filter."
        ) from error
    if not (isinstance(line, dict) and {"model", "at", "prediction_id"} <= set(line)):
        raise Invalid(f"Not a line of the prediction log: {text[:80]!r}.", "Look at the subscription's filter.")
    return line
