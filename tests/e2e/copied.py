"""A copy of what the catalog holds of a model, in memory, from which records may be taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from serin.domain.charter import Charter
from serin.domain.maturity import Event
from serin.domain.paging import Page
from serin.domain.release_record import Judged
from serin.ports import Catalog

T = TypeVar("T")


@dataclass
class Copied:
    """The newest page of each kind of record that maturity is told by, as the catalog answers them."""

    uploads: dict[str, list[Any]] = field(default_factory=dict)
    runs: list[Any] = field(default_factory=list)
    releases: list[Any] = field(default_factory=list)
    windows: list[Any] = field(default_factory=list)
    approvals: list[Any] = field(default_factory=list)
    judgements: dict[str, Sequence[Judged]] = field(default_factory=dict)
    measured: dict[str, Any] = field(default_factory=dict)

    def latest_uploads(self, dataset: str) -> Page[Any]:
        return Page(tuple(self.uploads[dataset]))

    def latest_runs(self, model: str) -> Page[Any]:
        return Page(tuple(self.runs))

    def latest_releases(self, model: str) -> Page[Any]:
        return Page(tuple(self.releases))

    def latest_windows(self, model: str) -> Page[Any]:
        return Page(tuple(self.windows))

    def latest_approvals(self, model: str) -> Page[Any]:
        return Page(tuple(self.approvals))

    def judged(self, model: str, release: str) -> Sequence[Judged]:
        return self.judgements.get(release, ())

    def measurements(self, model: str, run: str) -> Any:
        return self.measured.get(run)

    def without(self, event: Event) -> int:
        """Take the event's record away, and say how many there were of it."""
        if event.kind == "window":
            return self._kept("windows", lambda one: f"{one.end:%Y-%m-%d}" != event.id)
        if event.kind == "upload":
            before = self.uploads[event.dataset or ""]
            self.uploads[event.dataset or ""] = [one for one in before if one.id != event.id]
            return len(before) - len(self.uploads[event.dataset or ""])
        return self._kept(f"{event.kind}s", lambda one: one.id != event.id)

    def _kept(self, name: str, keep: Any) -> int:
        before = getattr(self, name)
        setattr(self, name, [one for one in before if keep(one)])
        return len(before) - len(getattr(self, name))


def copied(catalog: Catalog, charter: Charter) -> Copied:
    """All of it, read once."""
    model = charter.model
    runs, releases = catalog.latest_runs(model).items, catalog.latest_releases(model).items
    return Copied(
        {use.name: list(catalog.latest_uploads(use.name).items) for use in charter.datasets},
        list(runs),
        list(releases),
        list(catalog.latest_windows(model).items),
        list(catalog.latest_approvals(model).items),
        {one.id: catalog.judged(model, one.id) for one in releases},
        {one.id: catalog.measurements(model, one.id) for one in runs},
    )
