"""API Gateway."""

from __future__ import annotations

from infra.local.services.apigatewayv2.resources import Authorizer, HttpApi, Integration, Route, Stage
from infra.local.services.service import Service

SERVICE = Service(
    "apigateway",
    types=(Authorizer, HttpApi, Integration, Route, Stage),
)
