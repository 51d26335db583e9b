"""What people were asked about a model, and who asked for what they are asked about."""

from __future__ import annotations

from collections.abc import Iterator

from serin.domain.approvals import Approval
from serin.ports import Catalog


def approvals_of(model: str, *, catalog: Catalog) -> Iterator[Approval]:
    """The approvals, newest first; a page is read when somebody comes to it."""
    after = None
    while True:
        page = catalog.latest_approvals(model, after=after)
        yield from page.items
        if page.next is None:
            return
        after = page.next


def requesters(model: str, *work: str, catalog: Catalog) -> tuple[str, ...]:
    """The people who asked for any of these runs and releases, each once."""
    known = (catalog.requester(model, one) for one in work)
    return tuple(dict.fromkeys(by for by in known if by is not None))
