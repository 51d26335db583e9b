"""What can go wrong, as few kinds, each with a remedy.

Every error a user can cause is a `SerinError`; HTTP status codes and exit codes are chosen from
`kind` at the border, never inside.
"""

from __future__ import annotations


class SerinError(Exception):
    """Something the reader can act on: what was found (`message`) and what to do (`remedy`)."""

    kind = "error"

    def __init__(self, message: str, remedy: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.field = field

    def __str__(self) -> str:
        return f"{self.message} Remedy: {self.remedy}"

    def as_record(self) -> dict[str, str]:
        """The one error shape: kind, message, remedy and, where one is to blame, the field."""
        record = {"kind": self.kind, "message": self.message, "remedy": self.remedy}
        return record if self.field is None else {**record, "field": self.field}


class Invalid(SerinError):
    """A charter, contract, request or argument that cannot be what its author meant."""

    kind = "invalid"


class Rejected(SerinError):
    """An upload that cannot be read as its dataset; the file itself stays where it is."""

    kind = "rejected"


class NotFound(SerinError):
    """A name nobody has given to anything."""

    kind = "not_found"


class Denied(SerinError):
    """The caller is known and may not do this."""

    kind = "denied"


class Conflict(SerinError):
    """Somebody else holds, or has already changed, what this call wanted to change."""

    kind = "conflict"


class NotReleased(SerinError):
    """The model has no released version yet."""

    kind = "not_released"


class TooLarge(SerinError):
    """More than the platform promises to handle, refused before any work was done."""

    kind = "too_large"


class Unsupported(SerinError):
    """A body in a form that is not read here, whatever it says."""

    kind = "unsupported"


class ModelFailed(SerinError):
    """The model's own code, or its fitted pipeline, cannot answer a row that its charter lets in.

    `cause` is what a log may say of it: no value of the row.
    """

    kind = "model_failed"

    def __init__(self, message: str, remedy: str, field: str | None = None, cause: str = "") -> None:
        super().__init__(message, remedy, field)
        self.cause = cause


class Unavailable(SerinError):
    """A service the platform needs did not answer; trying again later is right."""

    kind = "unavailable"


class Corrupt(SerinError):
    """Bytes whose digest is not the one the registry recorded; they are never opened."""

    kind = "corrupt"


class Internal(SerinError):
    """A fault of the platform itself: the log says which, the caller only that there was one."""

    kind = "internal"
