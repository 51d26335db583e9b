"""What all routes share: scopes come first, bodies are measured as bytes, answers are written as records are."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import ConfigDict, RootModel

from serin.domain.json_body import read_json
from serin.http.access import check_access
from serin.http.errors import PROBLEMS

T = TypeVar("T")
SECONDS = ConfigDict(ser_json_timedelta="float")
"""How models of answers write durations; pydantic's own way is ISO 8601."""


class InSeconds(RootModel[T], Generic[T]):
    """An answer whose durations are seconds, as they are in every record."""

    model_config = SECONDS


def serin_routes(*tags: str) -> APIRouter:
    """Where routes of these tags are put; each answers problems in the one shape."""
    return APIRouter(route_class=SerinRoute, tags=list(tags), responses=PROBLEMS)


class SerinRoute(APIRoute):
    """A route whose JSON body is held to the same limits as a prediction's, and whose answer leaves out nulls."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **{**options, "response_model_exclude_none": True})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler, behind the check."""
        handle = super().get_route_handler()

        async def checked(request: Request) -> Response:
            check_access(self.endpoint, request)
            if body := await request.body():
                # FastAPI takes what is parsed already; a refusal from inside its own parsing would lose its kind.
                request = _Parsed(request, body)
            return await handle(request)

        return checked


class _Parsed(Request):
    def __init__(self, request: Request, body: bytes) -> None:
        async def receive_again() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        super().__init__(request.scope, receive_again)
        self._content = read_json(body)

    async def json(self) -> Any:
        return self._content
