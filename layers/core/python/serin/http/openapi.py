"""The document of the whole API: this application's routes, and each model's predictions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, FastAPI

from serin.domain.charter import Charter
from serin.http.access import needs
from serin.http.errors import PROBLEMS
from serin.http.gateway import GATEWAY_ANSWER, gateway_answers
from serin.http.predictions import prediction_path
from serin.http.protocols import protocol_paths
from serin.http.route import serin_routes


def document_route(app: FastAPI, charters: Mapping[str, Charter], rate: tuple[int, int]) -> APIRouter:
    """The route that shows the document of `app`."""
    routes = serin_routes()

    @routes.get("/openapi.json", include_in_schema=False)
    @needs("read")
    def show_document() -> dict[str, Any]:
        return document(app, charters, rate)

    return routes


def document(app: FastAPI, charters: Mapping[str, Charter], rate: tuple[int, int]) -> dict[str, Any]:
    """OpenAPI 3.1; a token opens every route, each asks for its own scope, but those whose callers sign.

    Every route may also be answered by the gateway alone, in its own shape.
    """
    described = dict(app.openapi())
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    problem = {"description": "What was wrong, and what to do.", "content": content}
    problems = {str(status): problem for status in PROBLEMS}
    predictions = {f"/models/{name}/predict": prediction_path(charter, problems) for name, charter in charters.items()}
    others = (protocol_paths(charter, problems) for charter in charters.values())
    paths = {**described["paths"], **predictions, **{path: item for items in others for path, item in items.items()}}
    for operation in (operation for path in paths.values() for operation in path.values()):
        operation["responses"] = {**operation["responses"], **gateway_answers(rate)}
    schemas = {**_in_seconds(described["components"]["schemas"]), "GatewayAnswer": GATEWAY_ANSWER}
    return {
        **described,
        "paths": paths,
        "components": {**described["components"], "schemas": schemas, "securitySchemes": _SCHEMES},
        "security": [{"token": []}],
    }


def _in_seconds(schema: Any) -> Any:
    """The schema with durations as answers have them (`SECONDS`): of what several records share pydantic tells its
    default, whatever those are answered as.
    """
    if isinstance(schema, dict):
        if schema.get("format") == "duration":
            return {**{name: part for name, part in schema.items() if name != "format"}, "type": "number"}
        return {name: _in_seconds(part) for name, part in schema.items()}
    return [_in_seconds(part) for part in schema] if isinstance(schema, list) else schema


# OpenAPI has no word for SigV4; this is how API Gateway writes it.
_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer"},
    "sigv4": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "x-amazon-apigateway-authtype": "awsSigv4",
        "description": "Signed with AWS credentials that may execute-api:Invoke the route.",
    },
}
