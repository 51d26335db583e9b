"""No leakage: nothing that is known only after the question was asked may help to answer it.

Contracts mark such columns. What is computed from them is found by computing it again without
them: a column that comes out different is known only afterwards as well.
"""

from __future__ import annotations

from collections.abc import Set

import polars as pl

from serin.domain.charter import Charter, View
from serin.domain.contracts import Contract
from serin.domain.errors import Invalid


def without_afterwards(table: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """The table as it was before anything happened: null where a value is known only afterwards."""
    blank = [pl.lit(None, table.schema[name]).alias(name) for name in _marked(contract)]
    return table.with_columns(blank)


def known_afterwards(table: pl.DataFrame, before: pl.DataFrame, contract: Contract) -> Set[str]:
    """Columns the contract marks, and those that differ `before`, when nothing of these was known yet."""
    differing = {name for name in table.columns if name not in before or not table[name].equals(before[name])}
    return differing | _marked(contract)


def forbid_afterwards(charter: Charter, afterwards: Set[str]) -> None:
    """Raise Invalid when a question would hold, or look up, what is known only after it was asked.

    `afterwards` are columns of the truth's dataset. A view of them is fine for other entities
    (the last arrival of this plane), if its times are known as late as its values.
    """
    afterwards = afterwards | {charter.truth.label}
    asked = {item.name: "an input" for item in charter.inputs}
    keys = {name: "part of an entity's key" for key in charter.features.entities.values() for name in key}
    moment = {charter.features.moment.column: "the moment of the question"}
    for name, role in {**asked, **keys, **moment}.items():
        if name in afterwards:
            raise Invalid(
                f"{charter.truth.dataset}.{name} is {role} and known only afterwards.",
                "Leave it out: the model would learn from what nobody can know when it is asked.",
                name,
            )
    for view in charter.features.views:
        if view.source == charter.truth.dataset and afterwards & set(view.columns):
            _forbid_view(charter, view, afterwards)


def _forbid_view(charter: Charter, view: View, afterwards: Set[str]) -> None:
    late = ", ".join(name for name in view.columns if name in afterwards)
    if view.entity == charter.truth.entity:
        found = f"of the very {view.entity} that is asked about"
    elif view.static or not {view.event_time, view.created_time} & afterwards:
        found = "without the time at which it becomes known"
    else:
        return
    raise Invalid(
        f"view {view.name} holds {late}, known only afterwards, {found}.",
        "Leave it out, or give the view the created_time at which it becomes known.",
        view.name,
    )


def _marked(contract: Contract) -> set[str]:
    return {column.name for column in contract.columns if column.known == "afterwards"}
