"""What a dataset has accepted, upload by upload."""

from __future__ import annotations

from collections.abc import Iterator

from serin.domain.datasets import Upload
from serin.ports import Catalog


def accepted_uploads(dataset: str, *, catalog: Catalog) -> Iterator[Upload]:
    """The accepted uploads, newest first; a page is read when somebody comes to it."""
    after = None
    while True:
        page = catalog.latest_uploads(dataset, after=after)
        yield from (upload for upload in page.items if upload.status == "accepted")
        if page.next is None:
            return
        after = page.next
