"""In which form of their own the texts of a column are times, of those that programs and people commonly write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import polars as pl

from serin.data.contract.agreed_times import agreed_times
from serin.data.contract.types import POLARS_TYPES
from serin.domain.contracts import Column
from serin.domain.time_forms import shape_of

_DAYS = (
    *("yyyy/M/d", "yyyy.M.d", "yyyy-M-d"),
    *("d/M/yyyy", "M/d/yyyy", "d.M.yyyy", "d-M-yyyy", "M-d-yyyy"),
    *("MMM d yyyy", "MMM d, yyyy", "d MMM yyyy", "d-MMM-yyyy", "MMMM d, yyyy", "MMMM d yyyy", "d MMMM yyyy"),
)
_CLOCKS = ("H:mm", "H:mm:ss", "H:mm:ss.SSS", "H:mm:ss.SSSSSS", "h:mm a", "h:mm:ss a")
_BETWEEN = (" ", "'T'", ", ")
_COMPACT = "yyyyMMdd"
_OF_AN_AGE = r"^(19|20)"


@dataclass(frozen=True)
class TimeForm:
    """A form every text of a column has. It is `unsure` where another form fits as well and means other days."""

    type: Literal["date", "timestamp"]
    form: str
    unsure: bool = False


def form_in(known: pl.Series) -> TimeForm | None:
    """The form of these texts, None where they are no times in any of them."""
    texts = known.unique()
    fitting = [form for form in _candidates(texts) if _reads_all(texts, form)]
    if not fitting:
        return None
    first = fitting[0]
    days = {tuple(_read(texts, form).to_list()) for form in fitting}
    return TimeForm(first.type, first.form, unsure=len(days) > 1)


def compact_days(known: pl.Series) -> TimeForm | None:
    """Whole numbers that are days, such as 20130401, all of one age."""
    texts = known.unique()
    if not texts.str.contains(r"^[0-9]{8}$").all() or not texts.str.contains(_OF_AN_AGE).all():
        return None
    form = TimeForm("date", _COMPACT)
    return form if texts.len() > 1 and _reads_all(texts, form) else None


def _candidates(texts: pl.Series) -> Iterator[TimeForm]:
    """The forms whose shape all texts have; most texts are none of them at the first look."""
    first = texts.head(1)
    if not first.str.contains(r"^[0-9A-Za-z]+[-/. ][0-9A-Za-z]").all():
        return
    for day in _DAYS:
        forms = [TimeForm("date", day)]
        forms += [TimeForm("timestamp", f"{day}{sep}{clock}") for sep in _BETWEEN for clock in _CLOCKS]
        for form in forms:
            shape = shape_of(form.form)
            if shape and first.str.contains(shape).all() and texts.str.contains(shape).all():
                yield form


def _reads_all(texts: pl.Series, form: TimeForm) -> bool:
    return _read(texts, form).null_count() == 0


def _read(texts: pl.Series, form: TimeForm) -> pl.Series:
    column = Column(texts.name, form.type, form=form.form, zone=None if form.type == "date" else "Etc/UTC")
    nothing = pl.Series(texts.name, [None] * texts.len(), POLARS_TYPES[form.type])
    return agreed_times(texts, nothing, column)
