"""What API Gateway counts of the calls of an HTTP API."""

from __future__ import annotations

from infra.local.delivery.measuring import measure
from infra.local.services.apigatewayv2.gateway.reply import Reply
from infra.local.services.apigatewayv2.model import RouteTable


def count_call(table: RouteTable, reply: Reply) -> None:
    """One call more, of the API and of its stage.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    """
    values = [
        ("Count", 1.0, "Count"),
        ("4xx", float(400 <= reply.status < 500), "Count"),
        ("5xx", float(reply.status >= 500), "Count"),
    ]
    api = {"ApiId": table.api_id}
    measure("AWS/ApiGateway", table.region, values, api, {**api, "Stage": table.stage})
