"""What pydantic found, in the words of the file's author."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from serin.files.faults import FieldPath, Finding, shown


def findings_of(error: ValidationError, before: FieldPath = ()) -> Iterator[Finding]:
    """One finding for each error, its path beginning with `before`."""
    for item in error.errors(include_url=False):
        path = (*before, *(part for part in item["loc"] if part != "[key]"))
        if item["type"] == "missing":
            yield Finding(path, "is missing", f"Add {path[-1]}.")
        elif item["type"] == "value_error":
            yield Finding(path, shown(item["input"]), str(item["ctx"]["error"]))
        else:
            remedy = item["msg"].replace("Input should", "It should").replace("Dictionary should", "It should")
            found = "no section" if item["input"] is None else shown(item["input"])
            yield Finding(path, found, f"{remedy}.")
