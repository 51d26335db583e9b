"""What is told of an object whose content was accepted before, as another object."""

from __future__ import annotations

from serin.domain.datasets import Upload
from serin.domain.plain_numbers import how_many
from serin.ports import Catalog


def accepted_before(upload: Upload, correlation: str, *, catalog: Catalog) -> str | None:
    """What holds now, where the upload was accepted as another arrival than that of this correlation; None otherwise.

    A second delivery of the arrival that was recorded is no second upload. The uploads after it are counted and not
    read, so this costs the same however many there are.
    """
    if upload.status != "accepted" or upload.correlation in (None, correlation):
        return None
    said = f"this content was accepted before, as {upload.file} on {upload.at:%Y-%m-%d %H:%M} UTC; nothing was changed"
    later = catalog.head(upload.dataset).sequence - (upload.sequence or 0)
    if not later:
        return f"{said}, and it is in force: nothing was accepted after it."
    # Of one moment there may be several; that many in a row are rejected is possible, and then none is named.
    newest = [one for one in catalog.latest_uploads(upload.dataset).items if one.sequence]
    last = f", the last of them {max(newest, key=lambda one: one.sequence or 0).file}" if newest else ""
    uploads = how_many(later, "upload was", "uploads were")
    return (
        f"{said}. {uploads} accepted after it{last}; where rows have the same key, the later "
        "one is in force. To bring this content back, upload it as a new file: an empty line at the end of a CSV file "
        "is enough; write Parquet again."
    )
