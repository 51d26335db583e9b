"""Lambda's errors as its API answers them: code, HTTP status, message, and whose fault it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError


class LambdaError(JsonRESTError):
    """One of https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html and of the operations' own errors."""

    def __init__(self, error_type: str, message: str, status: int = 400, headers: Mapping[str, str] | None = None):
        super().__init__(error_type, message)
        self.code = status
        self.description = json.dumps({"Type": "User", "message": message})
        self._headers = dict(headers or {})

    def get_headers(self, *_args: Any, **_kwargs: Any) -> list[tuple[str, str]]:
        """The error's name, where every SDK looks for it."""
        return [*super().get_headers(), *self._headers.items()]

    def __str__(self) -> str:
        return str(self.message)


def invalid(message: str) -> LambdaError:
    """A parameter AWS's service refuses."""
    return LambdaError("InvalidParameterValueException", message)


def malformed(constraint: str, name: str, value: object) -> LambdaError:
    """A parameter AWS's API refuses by its shape, before the service sees it."""
    return LambdaError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {constraint}",
    )


def not_found(message: str) -> LambdaError:
    """Something is named that is not there."""
    return LambdaError("ResourceNotFoundException", message, 404)


def conflict(message: str) -> LambdaError:
    """What is there stands in the way."""
    return LambdaError("ResourceConflictException", message, 409)


def stale() -> LambdaError:
    """Somebody else changed the function or alias since the caller read it."""
    return LambdaError(
        "PreconditionFailedException",
        "The RevisionId provided does not match the latest RevisionId for the Lambda function or alias. "
        "Call the GetFunction or the GetAlias API to retrieve the latest RevisionId for your resource.",
        412,
    )


def fence(expected: str | None, current: str) -> None:
    """Refuse a change by somebody who has not seen the latest revision."""
    if expected and expected != current:
        raise stale()
