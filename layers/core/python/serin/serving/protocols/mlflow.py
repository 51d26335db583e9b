"""MLflow's scoring protocol: `POST …/invocations` with a table, or with tensors by name.

https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from serin.domain.errors import Invalid
from serin.domain.fields import shown
from serin.domain.json_body import read_json
from serin.serving.requests import Asked, check_count, read_rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from serin.domain.fields import Field

FORMS = ("dataframe_split", "dataframe_records", "inputs", "instances")
_REMEDY = f"Send one of {', '.join(FORMS)}."


def read_invocation(body: bytes, inputs: Sequence[Field]) -> Asked:
    """The instances of a body in one of MLflow's forms; errors are those of a prediction.

    A column that lacks is null where the charter lets it be, and so is a NaN, which MLflow's own encoder writes for a
    missing value; an index of the rows says nothing and is left out.
    """
    content = read_json(body, nan_is_null=True)
    if not isinstance(content, dict):
        raise Invalid(f"The body is {shown(content)}, not an object.", _REMEDY)
    forms = [name for name in FORMS if name in content]
    others = [name for name in content if name not in (*FORMS, "params")]
    if len(forms) != 1 or others:
        found = f"the unknown field {shown(others[0])}" if others else f"{len(forms)} of MLflow's forms"
        raise Invalid(f"The body has {found}.", _REMEDY)
    if content.get("params"):
        raise Invalid("The body has params, and the model takes none.", "Send the body without params.", "params")
    (form,) = forms
    rows = _split(content[form]) if form == "dataframe_split" else _rows(content[form], form)
    if not rows:
        raise Invalid(f"There are no rows in {form}.", "Send one row at least.", form)
    check_count(len(rows), form)
    return Asked(read_rows(rows, form, inputs), _answer)


def _answer(body: Mapping[str, Any]) -> Mapping[str, Any]:
    # MLflow's client takes a body for wrong that has any other field.
    return {"predictions": body["predictions"]}


def _split(content: object) -> list[object]:
    """Rows of a table that was split into `columns` and `data`."""
    name = "dataframe_split"
    parts = content if isinstance(content, dict) else {}
    columns, data = parts.get("columns"), parts.get("data")
    if not isinstance(columns, list) or not isinstance(data, list) or parts.keys() - {"index", "columns", "data"}:
        raise Invalid(f"{name} has no columns and data.", 'Send {"columns": […], "data": [[…], …]}.', name)
    if not all(isinstance(column, str) for column in columns) or len(set(columns)) < len(columns):
        raise Invalid(f"{name}.columns are not names, each once.", "Send the inputs' names.", f"{name}.columns")
    for number, row in enumerate(data):
        if not isinstance(row, list) or len(row) != len(columns):
            where = f"{name}.data[{number}]"
            found = f"{len(row)} values" if isinstance(row, list) else shown(row)
            raise Invalid(f"{where}: found {found} for {len(columns)} columns.", "Send a value for each.", where)
    return [dict(zip(columns, row, strict=True)) for row in data]


def _rows(content: object, name: str) -> list[object]:
    """Records, or columns by name of equal lengths."""
    if isinstance(content, list):
        return content
    if not isinstance(content, dict) or not content:
        raise Invalid(f"{name} is {shown(content)}, neither rows nor columns.", "Send a list of objects.", name)
    columns = {column: values if isinstance(values, list) else [values] for column, values in content.items()}
    (first, length), *others = ((column, len(values)) for column, values in columns.items())
    if different := next(((column, count) for column, count in others if count != length), None):
        found = f"{shown(first)} has {length} values, and {shown(different[0])} {different[1]}"
        raise Invalid(f"{name}: {found}.", "Send one for each row.", name)
    flat = {column: [_single(value) for value in values] for column, values in columns.items()}
    return [dict(zip(flat, row, strict=True)) for row in zip(*flat.values(), strict=True)]


def _single(value: object) -> object:
    """The value of a tensor's row of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value
