"""What CloudFormation answers when it refuses, in AWS's words."""

from __future__ import annotations

from moto.core.exceptions import ServiceException

from serin.domain.errors import SerinError


class ValidationError(ServiceException):
    """HTTP 400 `ValidationError`."""

    code = "ValidationError"


class AlreadyExists(ServiceException):
    """HTTP 400 `AlreadyExistsException`."""

    code = "AlreadyExistsException"


class ChangeSetNotFound(ServiceException):
    """HTTP 404 `ChangeSetNotFound`."""

    code = "ChangeSetNotFound"


class InvalidChangeSetStatus(ServiceException):
    """HTTP 400 `InvalidChangeSetStatus`."""

    code = "InvalidChangeSetStatus"


class ResourceFailed(SerinError):
    """One resource could not be made, changed or taken away; `cause` says why."""

    kind = "deploy_failed"

    def __init__(self, logical_id: str, resource_type: str, cause: Exception) -> None:
        self.logical_id = logical_id
        self.resource_type = resource_type
        self.reason = reason_of(cause)
        remedy = cause.remedy if isinstance(cause, SerinError) else "Correct the resource and deploy again."
        super().__init__(f"{logical_id} ({resource_type}): {self.reason}", remedy)


def reason_of(error: Exception) -> str:
    """What a person reads of an error, whoever raised it."""
    message = getattr(error, "message", None)
    if isinstance(error, KeyError):
        return f"{error.args[0]!r} is missing or unknown."
    return str(message or error) or type(error).__name__
