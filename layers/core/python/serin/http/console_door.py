"""The way into the console: one route for all its pages, behind a session of its own, which no gateway looks at."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serin.domain.charter import Charter
from serin.http.access import caller
from serin.http.console_ports import Deeds, MakePorts, Sent
from serin.ports import Catalog, Control


def console_routes(
    charters: Mapping[str, Charter], catalog: Catalog, control: Control, ports: MakePorts, deeds: Deeds
) -> list[Route]:
    """The routes of the console; `deeds` are the use cases that its forms ask for."""

    async def page(request: Request) -> Response:
        sent = Sent(
            *(request.method, request.url.path, dict(request.query_params), request.headers, request.cookies),
            *(await request.body(), caller(request).request_id),
        )
        return await run_in_threadpool(answered, sent)

    def answered(sent: Sent) -> Response:
        # Templates and charts are loaded for whoever asks for a page.
        from serin.http.console.answering import answer
        from serin.http.console.desk import Desk

        return answer(Desk(charters, catalog, control, ports(), deeds), sent)

    return [Route("/", page, methods=["GET"]), Route("/console/{path:path}", page, methods=["GET", "POST"])]
