"""Values of views that two versions use alike: what one has logged, the other may take as it is."""

from __future__ import annotations

from collections.abc import Mapping

from serin.domain.buckets import definition
from serin.domain.charter import Charter


def shared_columns(ours: Charter, theirs: Charter) -> Mapping[str, str]:
    """Column of our views → what the same value is called in their log.

    The same value: of a view with an equal definition, kept as long, with the same default where there is none.
    """
    known = {(definition(theirs, view), view.ttl): view.name for view in theirs.features.views}
    columns: dict[str, str] = {}
    for view in ours.features.views:
        other = known.get((definition(ours, view), view.ttl))
        names = [] if other is None else [(f"{view.name}.{of}", f"{other}.{of}") for of in view.values]
        columns.update(
            (mine, logged)
            for mine, logged in names
            if ours.features.defaults.get(mine) == theirs.features.defaults.get(logged)
        )
    return columns


def view_columns(charter: Charter) -> list[str]:
    """All values of a charter's views."""
    return [f"{view.name}.{of}" for view in charter.features.views for of in view.values]
