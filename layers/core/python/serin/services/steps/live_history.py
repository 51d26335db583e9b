"""Which versions of a model were live, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from serin.domain.releases import Release
from serin.ports import Catalog


@dataclass(frozen=True)
class LiveHistory:
    """The releases that made a version live, oldest first."""

    releases: tuple[Release, ...]

    @property
    def version(self) -> int | None:
        """The version that is live."""
        return self.releases[-1].version if self.releases else None

    @property
    def began(self) -> datetime | None:
        """When the first version went live."""
        return self.releases[0].at if self.releases else None

    def since(self, version: int) -> datetime | None:
        """When the release began that made the version live last."""
        return next((of.at for of in reversed(self.releases) if of.version == version), None)


def live_history(model: str, *, catalog: Catalog) -> LiveHistory:
    """That of a model."""
    return LiveHistory(tuple(of for of in catalog.releases(model) if of.status == "live"))
