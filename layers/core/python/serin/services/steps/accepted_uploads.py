"""What a dataset has accepted, upload by upload."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

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


def accepted_at(dataset: str, sequence: int, *, catalog: Catalog) -> datetime:
    """When the upload of that sequence was accepted."""
    name = catalog.part(dataset, sequence).upload_id
    upload = catalog.upload(dataset, name)
    assert upload is not None, f"{name} has a part"
    return upload.at
