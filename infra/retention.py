"""Which objects of a stage's buckets end by age: where charters ask for it, and what nobody needs once it was used.

What models learn from does not: rows of the lake, training sets and artifacts, which a release, a way back or a
repeated training may need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from serin.domain.batches import FOLDER, WORK, WORK_KEPT
from serin.domain.charter import Charter
from serin.domain.compliance import shortest
from serin.domain.cut_pieces import FOLDER as PIECES

ANSWERS = ("predictions", "invocations", "shadow", "truth", FOLDER)
"""Of the lake, each with a folder for every model."""


def of_the_lake(charters: Sequence[Charter]) -> Mapping[str, timedelta]:
    """Prefix → how long: what callers asked and were answered, and what turned out to be right."""
    spans = {charter.model: charter.compliance.retention for charter in charters}
    answers = {f"{folder}/{model}/": span for model, span in spans.items() if span is not None for folder in ANSWERS}
    # Whatever the charters say: from it a part is scored once, or a training set made. It is data as it was sent.
    worked_on = min([WORK_KEPT, *(span for span in spans.values() if span is not None)])
    return {**answers, f"{WORK}/": worked_on, f"{PIECES}/": worked_on}


def of_uploads(charters: Sequence[Charter]) -> Mapping[str, timedelta]:
    """Prefix → how long: files as they were uploaded. Models that share a dataset are all kept their word."""
    scored = {charter.model: charter.compliance.retention for charter in charters}
    reading: dict[str, list[timedelta | None]] = {}
    for charter in charters:
        for dataset in charter.datasets:
            reading.setdefault(dataset.name, []).append(charter.compliance.retention)
    spans = {f"raw/{dataset}/": shortest(asked) for dataset, asked in reading.items()}
    spans |= {f"{FOLDER}/{model}/": span for model, span in scored.items()}
    return {prefix: span for prefix, span in spans.items() if span is not None}


def lifecycle_rules(charters: Sequence[Charter]) -> int:
    """So many rules the fuller of the two buckets has."""
    # One is every bucket's: uploads that were never finished.
    return 1 + max(len(of_the_lake(charters)), len(of_uploads(charters)))
