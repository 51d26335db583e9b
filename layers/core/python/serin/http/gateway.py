"""What API Gateway answers by itself, before a function has seen the request or when it has said nothing."""

from __future__ import annotations

from typing import Any

_BOTH = ({"$ref": "#/components/schemas/Problem"}, {"$ref": "#/components/schemas/GatewayAnswer"})
GATEWAY_ANSWER: dict[str, Any] = {
    "type": "object",
    "description": "The gateway's own answer: a message, no kind and no remedy.",
    "properties": {"message": {"type": "string"}},
    "required": ["message"],
    "additionalProperties": False,
}


def gateway_answers(rate: tuple[int, int]) -> dict[str, Any]:
    """The responses of these statuses; `rate` are the stage's requests a second, and at once.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting.html
    """
    a_second, at_once = rate
    throttled = (
        f"Too Many Requests: the stage lets in {a_second} requests a second, and {at_once} at once. No function has "
        "seen this one: send it again, each time after twice the pause, drawn at random."
    )
    said = {
        "401": "Unauthorized: there is no Authorization header.",
        "403": "Forbidden: nobody knows the token, or it has ended; or the token may not do this (kind denied).",
        "404": "Not Found: there is no such route; or there is nothing of that name (kind not_found).",
        "429": throttled,
        "500": "Internal Server Error: the function died; or why it failed (kinds model_failed, corrupt, internal).",
        "503": "Service Unavailable: the function took too long, or there is no room for it; or kind unavailable.",
    }
    return {status: _answer(text, alone=status in ("401", "429")) for status, text in said.items()}


def _answer(text: str, *, alone: bool) -> dict[str, Any]:
    schema = _BOTH[1] if alone else {"anyOf": list(_BOTH)}
    return {"description": text, "content": {"application/json": {"schema": schema}}}
