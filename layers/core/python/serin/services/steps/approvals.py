"""What people were asked about a model, and who asked for what they are asked about."""

from __future__ import annotations

from collections.abc import Iterator

from serin.domain.approvals import Approval
from serin.domain.auditing.effects import asked_for
from serin.domain.paging import PAGE
from serin.ports import Catalog


def approvals_of(model: str, *, catalog: Catalog) -> Iterator[Approval]:
    """The approvals, newest first; a page is read when somebody comes to it."""
    after = None
    while True:
        page = catalog.latest_approvals(model, PAGE, after)
        yield from page.items
        if page.next is None:
            return
        after = page.next


def requesters(model: str, *, run: str, release: str | None = None, catalog: Catalog) -> tuple[str, ...]:
    """The people who asked for a run, and for a release of what it made, each once; the audit knows them."""
    asked = [asked_for("training asked for", model, f"run {run}")]
    if release is not None:
        asked.insert(0, asked_for("release asked for", model, f"release {release}"))
    known = (catalog.entry("people", model, name) for name in asked)
    return tuple(dict.fromkeys(entry.by for entry in known if entry is not None and entry.by is not None))
