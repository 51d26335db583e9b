"""A training set as the trainer sees it, read from the `.npz` columns that `build_training_set` writes."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from serin.domain.charter import Scalar, Task
from serin.domain.classes import two_classes
from serin.domain.errors import Corrupt, Invalid
from serin.measures.arrays import Floats, Labels, Mask
from serin.serving.manifest import ModelColumn

if TYPE_CHECKING:
    import pandas as pd

Groups = npt.NDArray[np.int64]
_MOMENT, _LABEL, _JUDGES, _GROUP = "__moment", "__label", "__judges", "__group"
_ENTITY, _SLICE = "__entity", "__slice_"
_DAY = 86_400.0
_OWN, _DICTIONARY = "__", ":dictionary"
_ALL = slice(None)
Part = slice | Mask
Source = bytes | Path
"""A training set's file, or the bytes of it; of a file one column at a time is read."""
T = TypeVar("T")


@dataclass(frozen=True, eq=False, kw_only=True)
class LabelledRows:
    """What is known of each row of a training set besides its features: all that judging by scores takes.

    Rows are in order of their moment (seconds since 1970). Those that may not judge, by `may_judge`, are copies of
    others; rows of one `group` are the same thing more than once. `entity` numbers what a row is about; `slices` are
    the columns the charter wants looked at value by value, as text; `positive` is the class the charter calls so.
    """

    label: Labels
    moment: Floats
    may_judge: Mask
    group: Groups
    entity: npt.NDArray[np.int64]
    slices: Mapping[str, Labels]
    positive: Scalar | None = None

    def classes(self, task: Task, rows: Mask | None = None) -> tuple[Scalar, ...]:
        """The label's values (`classes_of`), or those that some rows have."""
        return classes_of(task, self.label if rows is None else self.label[rows], self.positive)

    def split(self, learn: Mask, judge: Mask) -> tuple[Mask, Mask]:
        """Any split of rows, as it may be: those that judge are no copies, and nothing like them is learnt."""
        judge = judge & self.may_judge
        return learn & ~np.isin(self.group, self.group[judge]), judge

    def before(self, moment: datetime) -> Mask:
        """The rows asked before a moment."""
        return self.moment < moment.timestamp()

    def after(self, moment: datetime) -> Mask:
        """The rows asked later than a moment."""
        return self.moment > moment.timestamp()

    def newest_days(self, rows: Mask, days: int) -> Mask:
        """All rows of the newest whole days (UTC) that some rows are of, so many days of them."""
        since = (float(self.moment[rows].max()) // _DAY - days + 1) * _DAY
        newest: Mask = self.moment >= since
        return newest

    def newest(self) -> datetime:
        """The moment of the last row."""
        return datetime.fromtimestamp(float(self.moment[-1]), UTC)


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainingColumns(LabelledRows):
    """Labelled rows with the model's table.

    The table has the types `serin.serving.table` gives to a request: float64, or str; NaN is null.
    `others` are columns of the table that a challenger may not learn from: the champion did.
    """

    table: pd.DataFrame
    columns: tuple[ModelColumn, ...]
    others: tuple[ModelColumn, ...] = ()

    def named(self, names: Collection[str]) -> tuple[ModelColumn, ...]:
        """The columns of these names, others' too, in the table's order."""
        return tuple(column for column in (*self.columns, *self.others) if column.name in names)


def read_columns(content: Source, part: Part = _ALL) -> TrainingColumns:
    """The training set in a `.npz`, or a part of its rows; raises Corrupt for other bytes.

    Nothing in them is executed.
    """
    return _read(content, lambda archive: _columns(archive, part))


def read_labelled(content: Source, *, sliced: bool = True) -> LabelledRows:
    """The same without the table, of which nothing is read: of a large training set a fraction of its memory.

    Not `sliced` they are without their texts, too, which only who judges looks at.
    """
    return _read(content, lambda archive: LabelledRows(**_labelled(archive, _schema(archive), _ALL, sliced=sliced)))


def coded_columns(content: Source, names: Collection[str]) -> Iterator[npt.NDArray[Any]]:
    """One column of the table after the other as the file has it: of texts the codes, with one for nulls."""
    return (_read(content, itemgetter(name)) for name in names)


def shape_of(content: Source) -> tuple[int, int]:
    """How many rows and columns of a table are in the bytes of a `.npz`, of which nothing else is read."""

    def shape(archive: Mapping[str, Any]) -> tuple[int, int]:
        schema = _schema(archive)
        return int(schema["rows"]), sum(not column["name"].startswith(_OWN) for column in schema["columns"])

    return _read(content, shape)


def read_moments(content: Source) -> tuple[Floats, Mask]:
    """The rows' moments, and which may judge; nothing else is read."""
    return _read(content, lambda archive: (archive[_MOMENT], archive[_JUDGES]))


def _read(content: Source, read: Callable[[Mapping[str, Any]], T]) -> T:
    try:
        with np.load(content if isinstance(content, Path) else io.BytesIO(content), allow_pickle=False) as archive:
            return read(archive)
    except (ValueError, TypeError, LookupError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise Corrupt(
            f"The columns of the training set cannot be read: {error}", "Build the training set again."
        ) from error


def classes_of(task: Task, label: Labels, positive: Scalar | None = None) -> tuple[Scalar, ...]:
    """The label's values in order, of two the positive one last; none for regression.

    Raises Invalid for a label that does not fit the task, or of which nobody said what is positive.
    """
    if task == "regression":
        if label.dtype.kind not in "fiu":
            raise Invalid(
                "The label is not a number.", "Name a numeric column as truth.label, or another task.", "truth.label"
            )
        return ()
    classes: tuple[Scalar, ...] = tuple(np.unique(label).tolist())
    if len(classes) < 2 or (task == "binary" and len(classes) > 2):
        found = ", ".join(repr(value) for value in classes[:5])
        raise Invalid(
            f"The label of a {task} model has {len(classes)} different values: {found}.",
            "Gather rows of every class, or name another label."
            if len(classes) < 2
            else "Write task: multiclass, or make two of them in a derive function of the label's dataset.",
            "truth.label",
        )
    return two_classes(classes[0], classes[1], positive) if task == "binary" else classes


def _schema(archive: Mapping[str, Any]) -> Any:
    schema = json.loads(archive["__schema"].tobytes())
    if schema["format"] != 2:
        raise ValueError(f"format {schema['format']} is not known")
    return schema


def _kinds(schema: Any) -> dict[str, str]:
    return {column["name"]: column["kind"] for column in schema["columns"]}


def _columns(archive: Mapping[str, Any], part: Part) -> TrainingColumns:
    schema = _schema(archive)
    others = set(schema.get("others", ()))
    kinds = _kinds(schema)
    series: dict[str, object] = {}
    columns = []
    for name in (name for name in kinds if not name.startswith(_OWN)):
        column, values = _column(archive, name, kinds[name], part)
        columns.append(column)
        series[name] = values
    # Loaded with a training set: the command line knows columns and has none.
    import pandas as pd

    labelled = _labelled(archive, schema, part)
    table = pd.DataFrame(series, index=pd.RangeIndex(len(labelled["moment"])))
    return TrainingColumns(
        **labelled,
        table=table,
        columns=tuple(column for column in columns if column.name not in others),
        others=tuple(column for column in columns if column.name in others),
    )


def _labelled(archive: Mapping[str, Any], schema: Any, part: Part, *, sliced: bool = True) -> dict[str, Any]:
    kinds = _kinds(schema)
    names = [name for name in kinds if sliced and name.startswith(_SLICE)]
    slices = {name.removeprefix(_SLICE): _texts(archive[name][part], archive, name, kinds[name]) for name in names}
    return {
        "label": _label(archive, kinds[_LABEL])[part],
        "moment": archive[_MOMENT][part],
        "may_judge": archive[_JUDGES][part],
        "group": archive[_GROUP][part],
        "entity": archive[_ENTITY][part],
        "slices": slices,
        "positive": schema.get("positive"),
    }


def _column(archive: Mapping[str, Any], name: str, kind: str, part: Part) -> tuple[ModelColumn, object]:
    if kind != "string":
        return ModelColumn(name, "numeric"), archive[name][part].astype(np.float64)
    import pandas as pd

    dictionary = archive[name + _DICTIONARY]
    # Code -1, a null, is the last entry.
    texts = np.array([*dictionary.tolist(), np.nan], dtype=object)
    column = ModelColumn(name, "categorical", tuple(dictionary.tolist()))
    return column, pd.Series(texts[archive[name][part]], dtype=object)


def _label(archive: Mapping[str, Any], kind: str) -> Labels:
    label: Labels = archive[_LABEL]
    if kind == "string":
        label = archive[_LABEL + _DICTIONARY][label]
    return label


def _texts(values: npt.NDArray[Any], archive: Mapping[str, Any], name: str, kind: str) -> Labels:
    """A column's values, or some of them, as text; a null is `null`."""
    if kind == "string":
        words: Labels = np.array([*archive[name + _DICTIONARY].tolist(), "null"])[values]
        return words
    texts = np.array([_whole(value) for value in np.unique(values).tolist()])
    return np.where(np.isnan(values.astype(np.float64)), "null", texts[np.unique(values, return_inverse=True)[1]])


def _whole(value: float) -> str:
    """A whole number, or a truth value as 1 or 0, to its last digit: two of them are never one text."""
    return str(int(value)) if value % 1 == 0 else f"{value:g}"
