"""The audit as a person reads it: one list, newest first, out of all areas that it is written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from serin.domain.auditing.entry import EVERYBODYS, OF_MODELS, Entry
from serin.domain.auditing.standing import token_entries, wished
from serin.domain.charter import Charter
from serin.domain.paging import PAGE, Page, merged, moment_key
from serin.ports import Catalog, Control

Stream = Callable[[int, str | None], Page[Entry]]


def show_audit(
    charters: Mapping[str, Charter],
    model: str | None = None,
    limit: int = PAGE,
    after: str | None = None,
    *,
    catalog: Catalog,
    control: Control,
) -> Page[Entry]:
    """What was done to a model and the datasets it reads or, without one, to the whole stage.

    Of the stage there are tokens and the alarms that are about what models share, too.
    A page costs what it shows, of each of its areas.
    """
    of = charters if model is None else {model: charters[model]}
    streams = [stream for charter in of.values() for stream in _of_model(charter, catalog, control)]
    datasets = sorted({dataset.name for charter in of.values() for dataset in charter.datasets})
    streams += [partial(catalog.latest_entries, "data", dataset) for dataset in datasets]
    if model is None:
        streams += [partial(_tokens, control), partial(catalog.latest_entries, "watch", EVERYBODYS)]
    return merged([stream(limit, after) for stream in streams], limit, _place)


def _of_model(charter: Charter, catalog: Catalog, control: Control) -> Sequence[Stream]:
    areas = [partial(catalog.latest_entries, area, charter.model) for area in OF_MODELS]
    return [*areas, partial(_wishes, control, charter.model)]


def _wishes(control: Control, model: str, limit: int, after: str | None) -> Page[Entry]:
    page = control.latest_directives(model, limit, after)
    return Page(tuple(map(wished, page.items)), page.next)


def _tokens(control: Control, limit: int, after: str | None) -> Page[Entry]:
    entries = [entry for token in control.tokens() for entry in token_entries(token)]
    newest = sorted((entry for entry in entries if after is None or _place(entry) < after), key=_place, reverse=True)
    return Page(tuple(newest[:limit]), _place(newest[limit - 1]) if len(newest) > limit else None)


def _place(entry: Entry) -> str:
    return moment_key(entry.at, entry.id)
