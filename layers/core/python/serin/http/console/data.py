"""The page of a dataset, and how a row that was set aside is sent in again."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from serin.domain.asking import Asking
from serin.domain.errors import Denied, Invalid, NotFound
from serin.domain.names import checked_name
from serin.http.console.desk import Desk, Visit
from serin.pages.quality import quality_page

Names = Mapping[str, str]
_UPLOADS = 200


def data(desk: Desk, visit: Visit, names: Names) -> str:
    """One dataset: scorecards, the rules behind them and, for who may correct them, the rows set aside."""
    from serin.services.correct_row import Quarantine, show_quarantine

    visit.needs("read")
    name = _known_dataset(desk, names["dataset"])
    uploads = desk.catalog.latest_uploads(name, _UPLOADS).items[::-1]
    contract = desk.ports.contracts.get(name)
    aside, may = Quarantine(), ["correct"] if _may_correct(desk, visit, name) else []
    if contract is not None and may:
        aside = show_quarantine(name, contract, catalog=desk.catalog, lake=desk.ports.lake)
    more = {"aside": aside, "opened": visit.sent.query.get("row"), "readers": _readers(desk, name)}
    return quality_page(name, uploads, contract, desk.ports.clock.now(), visit.frame(*may), **more)


def correct(desk: Desk, visit: Visit, names: Names) -> Response:
    """Send a row that was set aside in again."""
    from serin.services.correct_row import correct_row

    name, form = _known_dataset(desk, names["dataset"]), visit.form
    model = next((reader for reader in _readers(desk, name) if visit.may("correct", reader)), None)
    if model is None:
        raise Denied(
            f"Your token may correct rows of no model that reads {name}.",
            "Ask for a token with the scope correct:<model> of one.",
        )
    contract, number = desk.ports.contracts.get(name), form.get("row", "")
    if contract is None or not number.isdecimal() or len(number) > 12:
        raise Invalid("The form names no row.", "Use the form of the page.")
    values = {
        field.removeprefix("value:"): value or None for field, value in form.items() if field.startswith("value:")
    }
    ports, token = desk.ports, visit.visitor.token
    file = correct_row(
        *(name, form.get("upload", ""), int(number), values, contract, model),
        Asking(token.owner, token.id, ports.clock.now(), visit.sent.request_id),
        catalog=desk.catalog,
        lake=ports.lake,
        uploads=ports.uploads,
    )
    said = f"The row was sent in again as {file}; what becomes of it is among the uploads in a moment."
    return visit.done(f"/console/datasets/{name}", said)


def _known_dataset(desk: Desk, dataset: str) -> str:
    known = {use.name for charter in desk.charters.values() for use in charter.datasets}
    if checked_name(dataset, "dataset") not in known:
        raise NotFound(f"No model reads a dataset {dataset!r}.", "Begin at the first page.")
    return dataset


def _readers(desk: Desk, dataset: str) -> list[str]:
    return [name for name, charter in desk.charters.items() if dataset in {use.name for use in charter.datasets}]


def _may_correct(desk: Desk, visit: Visit, dataset: str) -> bool:
    """A row is corrected for every model that reads it: the scope of one of them is enough."""
    return any(visit.may("correct", name) for name in _readers(desk, dataset))
