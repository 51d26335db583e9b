"""Which values of requests, features and labels people are shown: those that no contract keeps back.

A contract's `classification` says it of a column (`serin.domain.contracts.NOT_SHOWN`), and so it holds for what is made
of the column, too. What code makes is kept back where any column is that the code may look at: nobody can say which
it has looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

from serin.domain.charter import Charter, View

T = TypeVar("T")
NOT_SHOWN_TEXT = "not shown"
"""What stands for a value of a column whose class the contract calls confidential or restricted."""


def hidden_names(charter: Charter) -> frozenset[str]:
    """The inputs, and the columns of the model, of which no value is shown to anybody."""
    inputs = {item.name for item in charter.inputs if _is_hidden_input(charter, item.name)}
    columns = {f"{view.name}.{name}" for view in charter.features.views for name in hidden_values(charter, view)}
    made = charter.features.on_demand if inputs or columns else ()
    return frozenset((*inputs, *columns, *made))


def hidden_values(charter: Charter, view: View) -> frozenset[str]:
    """The values of a view of which none is shown."""
    made_of = {**{name: name for name in view.last}, **{window.name: window.of for window in view.windows}}
    return frozenset(name for name, column in made_of.items() if is_hidden(charter, view.source, column))


def is_hidden(charter: Charter, dataset: str, column: str) -> bool:
    """Whether no value of a column of a dataset is shown, be it the contract's or one that is derived."""
    use = charter.dataset(dataset)
    if column in use.types or use.derive is None:
        return column in (use.not_shown or ())
    return any(charter.dataset(name).not_shown for name in (dataset, *use.derive.uses))


def shown_values(values: Mapping[str, T], hidden: Collection[str]) -> dict[str, T | str]:
    """The values as people may see them; that there is none is shown of each."""
    return {name: NOT_SHOWN_TEXT if name in hidden and value is not None else value for name, value in values.items()}


def _is_hidden_input(charter: Charter, name: str) -> bool:
    """Of an input whichever dataset has a column of its name, for by that the two are joined."""
    having = [use.name for use in charter.datasets if name in use.types]
    return any(is_hidden(charter, dataset, name) for dataset in having or [charter.truth.dataset])
