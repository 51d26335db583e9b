"""The pages, each by its path, and what their forms do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from serin.domain.approvals import Approval, Word
from serin.domain.errors import Conflict, Denied, Invalid, NotFound
from serin.domain.names import checked_name
from serin.domain.paging import PAGE
from serin.domain.release_record import Wish
from serin.http.console.desk import Desk, Page, Visit
from serin.http.known import known_model
from serin.pages.console.model import model_page
from serin.pages.console.others import ModelLine, approvals_page, audit_page, start_page
from serin.pages.quality import quality_page
from serin.pages.release import release_page
from serin.services.release_under_way import release_under_way
from serin.services.see_release import see_release
from serin.services.show_audit import show_audit
from serin.services.show_model import show_model

Names = Mapping[str, str]
_UPLOADS = 200
_WISHES: Mapping[str, Wish] = {"hold": "hold", "resume": "resume", "abort": "abort"}
_WORDS: Mapping[str, Word] = {"approve": "approve", "reject": "reject"}


def start(desk: Desk, visit: Visit, _: Names) -> str:
    """Every model."""
    visit.needs("read")
    lines = []
    for name, charter in sorted(desk.charters.items()):
        under_way = release_under_way(name, catalog=desk.catalog)
        windows = desk.catalog.latest_windows(name, 1).items
        newest = windows[0] if windows else None
        lines.append(ModelLine(charter, desk.control.live(name), under_way and under_way[1], newest))
    waiting = sum(approval.is_open for approval in _approvals(desk))
    return start_page(lines, waiting, visit.frame())


def model(desk: Desk, visit: Visit, names: Names) -> str:
    """One model."""
    visit.needs("read")
    name = known_model(names["model"], desk.charters)
    seen = show_model(name, desk.charters, catalog=desk.catalog, control=desk.control, lake=desk.ports.lake)
    return model_page(seen, desk.ports.clock.now(), visit.frame())


def release(desk: Desk, visit: Visit, names: Names) -> str:
    """One release."""
    visit.needs("read")
    name = known_model(names["model"], desk.charters)
    record = desk.catalog.release(name, names["release"])
    seen = see_release(record, catalog=desk.catalog, control=desk.control)
    may = [action for action in ("stop", "release") if visit.may(action, name)]
    return release_page(seen, desk.ports.clock.now(), visit.frame(*may))


def wish(desk: Desk, visit: Visit, names: Names) -> Response:
    """Hold a release, go on with it, or take it back."""
    name = known_model(names["model"], desk.charters)
    # To stop a version is for more people than to send one on.
    visit.needs("release" if names["wish"] == "resume" else "stop", name)
    asked = _WISHES.get(names["wish"])
    if asked is None:
        raise NotFound("There is no such wish.", "Hold a release, go on with it, or take it back.")
    record = desk.catalog.release(name, names["release"])
    desk.deeds.direct(asked, record, visit.owner, visit.sent.request_id)
    return visit.done(f"/console/models/{name}/releases/{record.id}", f"Asked to {asked}; its next look follows.")


def data(desk: Desk, visit: Visit, names: Names) -> str:
    """One dataset: scorecards, the rules behind them, rows set aside."""
    from serin.services.correct_row import Quarantine, show_quarantine

    visit.needs("read")
    name = _known_dataset(desk, names["dataset"])
    uploads = desk.catalog.latest_uploads(name, _UPLOADS).items[::-1]
    contract = desk.ports.contracts.get(name)
    aside = Quarantine()
    if contract is not None:
        aside = show_quarantine(name, contract, catalog=desk.catalog, lake=desk.ports.lake)
    may = ["correct"] if _may_correct(desk, visit, name) else []
    more = {"aside": aside, "opened": visit.sent.query.get("row")}
    return quality_page(name, uploads, contract, desk.ports.clock.now(), visit.frame(*may), **more)


def correct(desk: Desk, visit: Visit, names: Names) -> Response:
    """Send a row that was set aside in again."""
    from serin.services.correct_row import correct_row

    name, form = _known_dataset(desk, names["dataset"]), visit.form
    if not _may_correct(desk, visit, name):
        raise Denied(
            f"Your token may train no model that reads {name}.", "Ask for a token with the scope train:<model> of one."
        )
    contract, number = desk.ports.contracts.get(name), form.get("row", "")
    if contract is None or not number.isdecimal() or len(number) > 12:
        raise Invalid("The form names no row.", "Use the form of the page.")
    values = {
        field.removeprefix("value:"): value or None for field, value in form.items() if field.startswith("value:")
    }
    ports = desk.ports
    file = correct_row(
        *(name, form.get("upload", ""), int(number), values, contract),
        catalog=desk.catalog,
        lake=ports.lake,
        uploads=ports.uploads,
    )
    said = f"The row was sent in again as {file}; what becomes of it is among the uploads in a moment."
    return visit.done(f"/console/datasets/{name}", said)


def approvals(desk: Desk, visit: Visit, _: Names) -> str:
    """What people are asked."""
    visit.needs("read")
    may = [f"approve:{name}" for name in desk.charters if visit.may("approve", name)]
    return approvals_page(_approvals(desk), visit.frame(*may))


def answer(desk: Desk, visit: Visit, names: Names) -> Response:
    """Approve or decline exactly what the page has shown."""
    name, form = known_model(names["model"], desk.charters), visit.form
    visit.needs("approve", name)
    word = _WORDS.get(form.get("answer", ""))
    if word is None or len(form.get("why", "")) > 500:
        raise Invalid("The form has no answer, or its reason is longer than 500 characters.", "Approve or decline.")
    asked = desk.catalog.approval(name, names["approval"])
    if asked.shown != form.get("shown"):
        raise Conflict("What is asked is not what the page has shown.", "Look at it again.")
    token = visit.visitor.token
    after = desk.deeds.answer(name, asked.id, word, form.get("why", ""), token.owner, token.id)
    return visit.done("/console/approvals", f"Your answer is kept: {after.status}.")


def audit(desk: Desk, visit: Visit, _: Names) -> str:
    """Who did what, and when."""
    visit.needs("read")
    query = visit.sent.query
    name = known_model(query["model"], desk.charters) if query.get("model") else None
    entries = show_audit(desk.charters, name, PAGE, query.get("after"), catalog=desk.catalog, control=desk.control)
    return audit_page(entries, name, visit.frame())


PAGES: Sequence[tuple[str, str, Page]] = (
    ("GET", "/", start),
    ("GET", "/console/models/{model}", model),
    ("GET", "/console/models/{model}/releases/{release}", release),
    ("POST", "/console/models/{model}/releases/{release}/{wish}", wish),
    ("GET", "/console/datasets/{dataset}", data),
    ("POST", "/console/datasets/{dataset}/correct", correct),
    ("GET", "/console/approvals", approvals),
    ("POST", "/console/models/{model}/approvals/{approval}", answer),
    ("GET", "/console/audit", audit),
)


def _known_dataset(desk: Desk, dataset: str) -> str:
    known = {use.name for charter in desk.charters.values() for use in charter.datasets}
    if checked_name(dataset, "dataset") not in known:
        raise NotFound(f"No model reads a dataset {dataset!r}.", "Begin at the first page.")
    return dataset


def _may_correct(desk: Desk, visit: Visit, dataset: str) -> bool:
    """Whoever may have a model trained may correct what it learns from."""
    readers = [name for name, charter in desk.charters.items() if dataset in {use.name for use in charter.datasets}]
    return any(visit.may("train", name) for name in readers)


def _approvals(desk: Desk) -> Sequence[Approval]:
    known = [one for name in sorted(desk.charters) for one in desk.catalog.latest_approvals(name).items]
    return sorted(known, key=lambda approval: approval.at, reverse=True)
