"""The pages, each by its path, and those that are of no one model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from starlette.responses import Response

from serin.domain.approvals import Approval, Word
from serin.domain.charter import Charter
from serin.domain.errors import Conflict, Invalid
from serin.domain.key_figures import KeyFigure
from serin.domain.paging import PAGE
from serin.http.console.data import correct, data
from serin.http.console.desk import Desk, Page, Visit
from serin.http.console.models import (
    cost,
    experiments,
    maturity,
    model,
    monitoring,
    release,
    run,
    tend,
    wish,
)
from serin.http.known import known_model
from serin.pages.console.others import First, ModelLine, approvals_page, audit_page, start_page
from serin.services.release_under_way import release_under_way
from serin.services.show_audit import show_audit
from serin.services.show_key_figure import show_key_figure

Names = Mapping[str, str]
_WORDS: Mapping[str, Word] = {"approve": "approve", "reject": "reject"}


def start(desk: Desk, visit: Visit, _: Names) -> str:
    """Every model; those that the visitor has a role for first, each with what that role looks at first."""
    visit.needs("read")
    lines = []
    for name, charter in sorted(desk.charters.items()):
        under_way = release_under_way(name, catalog=desk.catalog)
        windows = desk.catalog.latest_windows(name, 1).items
        newest = windows[0] if windows else None
        first = tuple(_first(desk, charter, visit.owner))
        lines.append(ModelLine(charter, desk.control.live(name), under_way and under_way[1], newest, first))
    waiting = sum(approval.is_open for approval in _approvals(desk))
    return start_page(sorted(lines, key=lambda line: not line.first), waiting, visit.frame())


def _first(desk: Desk, charter: Charter, owner: str) -> Iterator[First]:
    """What each role of the owner looks at first; a metric of several roles once."""
    figures: dict[str, tuple[KeyFigure | None, list[str]]] = {}
    ports = desk.ports
    for role in charter.people.roles_of(owner):
        metric = charter.people.key_metrics.get(role)
        if metric is None:
            figures.setdefault("", (None, []))[1].append(role)
        elif metric in figures:
            figures[metric][1].append(role)
        else:
            figure = show_key_figure(charter, metric, catalog=desk.catalog, lake=ports.lake, clock=ports.clock)
            figures[metric] = figure, [role]
    yield from (First(tuple(roles), figure) for figure, roles in figures.values())


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
    ("GET", "/console/models/{model}/monitoring", monitoring),
    ("POST", "/console/models/{model}/monitoring", tend),
    ("GET", "/console/models/{model}/experiments", experiments),
    ("GET", "/console/models/{model}/runs/{run}", run),
    ("GET", "/console/models/{model}/maturity", maturity),
    ("GET", "/console/models/{model}/cost", cost),
    ("GET", "/console/models/{model}/releases/{release}", release),
    ("POST", "/console/models/{model}/releases/{release}/{wish}", wish),
    ("GET", "/console/datasets/{dataset}", data),
    ("POST", "/console/datasets/{dataset}/correct", correct),
    ("GET", "/console/approvals", approvals),
    ("POST", "/console/models/{model}/approvals/{approval}", answer),
    ("GET", "/console/audit", audit),
)


def _approvals(desk: Desk) -> Sequence[Approval]:
    known = [one for name in sorted(desk.charters) for one in desk.catalog.latest_approvals(name).items]
    return sorted(known, key=lambda approval: approval.at, reverse=True)
