"""What Lambda tells of an asynchronous invocation that has come to its end.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from infra.local.delivery.outcome import Outcome

Condition = Literal["Success", "RetriesExhausted", "EventAgeExceeded", "ZeroReservedConcurrency"]

_ERROR_MESSAGE_BYTES = 1024


@dataclass(frozen=True)
class Ended:
    """One event's end; `outcome` is the last try's, None when it was never tried."""

    request_id: str
    function_arn: str
    """Qualified, as it was invoked; with `$LATEST` when it was invoked without a qualifier."""
    payload: bytes
    condition: Condition
    tries: int
    outcome: Outcome | None
    version: str

    @property
    def worked(self) -> bool:
        """Whether the function answered at last."""
        return self.condition == "Success"

    def record(self, timestamp: str) -> dict[str, Any]:
        """The invocation record a destination receives; `timestamp` to the millisecond."""
        context = {
            "requestId": self.request_id,
            "functionArn": self.function_arn,
            "condition": self.condition,
            "approximateInvokeCount": self.tries,
        }
        return {
            "version": "1.0",
            "timestamp": timestamp,
            "requestContext": context,
            "requestPayload": json.loads(self.payload),
            **self._response(),
        }

    def _response(self) -> dict[str, Any]:
        outcome = self.outcome
        if outcome is None or not outcome.reached_the_function:
            return {}
        context: dict[str, Any] = {"statusCode": 200, "executedVersion": self.version}
        if outcome.function_error:
            context["functionError"] = outcome.function_error
        return {"responseContext": context, "responsePayload": json.loads(outcome.payload or b"null")}

    def dead_letter_attributes(self) -> dict[str, tuple[str, str]]:
        """Type and value of the attributes a dead-letter message carries beside the event.

        https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
        """
        code, message = self._error()
        cut = message.encode()[:_ERROR_MESSAGE_BYTES].decode("utf-8", "ignore")
        return {
            "RequestID": ("String", self.request_id),
            "ErrorCode": ("Number", str(code)),
            "ErrorMessage": ("String", cut or "Unknown"),
        }

    def _error(self) -> tuple[int, str]:
        if self.outcome is None or not self.outcome.reached_the_function:
            return 429, "Rate Exceeded."
        told = json.loads(self.outcome.payload or b"null")
        return 200, str(told.get("errorMessage") if isinstance(told, dict) else told)
