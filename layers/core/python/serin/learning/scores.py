"""Challenger's and champion's scores on the rows neither has learnt from: what the judge reads."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from serin.domain.charter import Scalar
from serin.domain.errors import Corrupt
from serin.measures.arrays import Floats, Labels

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Validated:
    """Rows that chose the threshold and do not judge: the challenger's recipe, fitted on older rows, scored them."""

    rows: Places
    score: Floats


@dataclass(frozen=True, eq=False)
class ShareScores:
    """What a fit of the challenger's recipe on a share of its rows says of the judging rows."""

    share: float
    rows: int
    score: Floats


@dataclass(frozen=True, eq=False)
class Scores:
    """One entry for each time a row judges, split by split; `rows` are places in the training set, from 0 on.

    `champion` and `champion_version` are None when there is none; `classes` order the scores' columns, the positive
    class last. `validation` is there where decisions have a value. `shares` are fits on fewer rows, for the learning
    curve, which decides nothing.
    """

    rows: Places
    moment: Floats
    label: Labels
    challenger: Floats
    classes: tuple[Scalar, ...]
    champion: Floats | None = None
    champion_version: int | None = None
    validation: Validated | None = None
    shares: tuple[ShareScores, ...] = ()


def greatest_difference(one: Scores, other: Scores) -> float | None:
    """Between the two challengers' scores of a row; None where these are not of the same rows and classes."""
    if one.classes != other.classes or not np.array_equal(one.rows, other.rows):
        return None
    return float(np.abs(one.challenger - other.challenger).max(initial=0.0))


def write_scores(scores: Scores) -> bytes:
    """The scores as `.npz` bytes without objects; equal scores give equal bytes."""
    arrays: dict[str, Any] = {
        "rows": scores.rows,
        "moment": scores.moment,
        "label": scores.label,
        "challenger": scores.challenger,
        "classes": np.array(scores.classes),
    }
    if scores.champion is not None:
        arrays |= {"champion": scores.champion, "champion_version": np.array(scores.champion_version)}
    if scores.validation is not None:
        arrays |= _of_validation(scores.validation)
    if scores.shares:
        arrays |= {
            "share": np.array([each.share for each in scores.shares]),
            "share_rows": np.array([each.rows for each in scores.shares]),
            "share_score": np.stack([each.score for each in scores.shares]),
        }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def write_validated(validated: Validated) -> bytes:
    """What a trial says of its validation rows, as `.npz` bytes; equal scores give equal bytes."""
    buffer = io.BytesIO()
    np.savez(buffer, **_of_validation(validated))
    return buffer.getvalue()


def read_validated(content: bytes) -> Validated:
    """What is in the bytes of `write_validated`; raises Corrupt for others. Nothing in them is executed."""
    with _opened(content, "a trial") as archive:
        return _validation(archive)


def read_scores(content: bytes) -> Scores:
    """The scores in the bytes of `write_scores`; raises Corrupt for others. Nothing in them is executed."""
    with _opened(content, "the contest") as archive:
        return _scores(archive)


@contextmanager
def _opened(content: bytes, whose: str) -> Iterator[Any]:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            yield archive
    except (ValueError, TypeError, LookupError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise Corrupt(f"The scores of {whose} cannot be read: {error}", "Start the training again.") from error


def _scores(archive: Any) -> Scores:
    champion, validation = archive.get("champion"), None
    if "validation_rows" in archive:
        validation = _validation(archive)
    shares = tuple(_shares(archive)) if "share" in archive else ()
    return Scores(
        rows=_places(archive["rows"]),
        moment=_floats(archive["moment"]),
        label=archive["label"],
        challenger=_floats(archive["challenger"]),
        classes=tuple(archive["classes"].tolist()),
        champion=None if champion is None else _floats(champion),
        champion_version=None if champion is None else int(_of_kind(archive["champion_version"], "iu")),
        validation=validation,
        shares=shares,
    )


def _of_validation(validated: Validated) -> Mapping[str, Any]:
    return {"validation_rows": validated.rows, "validation_score": validated.score}


def _validation(archive: Any) -> Validated:
    return Validated(_places(archive["validation_rows"]), _floats(archive["validation_score"]))


def _shares(archive: Any) -> Iterator[ShareScores]:
    together = zip(_floats(archive["share"]), _places(archive["share_rows"]), archive["share_score"], strict=True)
    return (ShareScores(float(share), int(rows), _floats(score)) for share, rows, score in together)


def _floats(values: Any) -> Floats:
    """Real numbers, or ValueError: the file is written by the model's own function, and texts are no scores."""
    return np.asarray(_of_kind(values, "fiu"), dtype=np.float64)


def _places(values: Any) -> Places:
    if values.ndim != 1:
        raise ValueError(f"rows of {values.ndim} dimensions where a list is needed")
    return np.asarray(_of_kind(values, "iu"), dtype=np.int64)


def _of_kind(values: Any, kinds: str) -> Any:
    if values.dtype.kind not in kinds:
        raise ValueError(f"{values.dtype} where numbers are needed")
    return values
