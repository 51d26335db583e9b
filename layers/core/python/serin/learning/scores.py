"""Challenger's and champion's scores on the rows neither has learnt from: what the judge reads."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from serin.domain.charter import Scalar, Task
from serin.domain.errors import Corrupt
from serin.domain.experiments import Contest
from serin.learning.columns import Floats, Labels
from serin.learning.evaluation import metrics


@dataclass(frozen=True, eq=False)
class Scores:
    """One entry a row, oldest first. `champion` is None when there is none; `classes` order the scores' columns."""

    moment: Floats
    label: Labels
    challenger: Floats
    champion: Floats | None
    classes: tuple[Scalar, ...]


def write_scores(scores: Scores) -> bytes:
    """The scores as `.npz` bytes without objects; equal scores give equal bytes."""
    arrays: dict[str, Any] = {
        "moment": scores.moment,
        "label": scores.label,
        "challenger": scores.challenger,
        "classes": np.array(scores.classes),
    }
    if scores.champion is not None:
        arrays["champion"] = scores.champion
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def read_scores(content: bytes) -> Scores:
    """The scores in the bytes of `write_scores`; raises Corrupt for others. Nothing in them is executed."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            champion = archive.get("champion")
            classes = tuple(archive["classes"].tolist())
            return Scores(archive["moment"], archive["label"], archive["challenger"], champion, classes)
    except (ValueError, TypeError, LookupError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise Corrupt(f"The scores of the contest cannot be read: {error}", "Start the training again.") from error


def contest_of(scores: Scores, task: Task, champion_version: int | None) -> Contest:
    """The contest's metrics, as the gate asks for them."""
    champion = None if scores.champion is None else metrics(task, scores.label, scores.champion, scores.classes)
    return Contest(
        rows=len(scores.label),
        challenger=metrics(task, scores.label, scores.challenger, scores.classes),
        champion=champion,
        champion_version=None if champion is None else champion_version,
    )
