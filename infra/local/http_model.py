"""An HTTP API as the gateway sees it: routes, their integrations and their authorizers.

gateway = Gateway(routes, invoke)     # infra.local.gateway.server; it answers at `gateway.url` until `stop()`
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from infra.local.lambda_model import Outcome


@dataclass(frozen=True)
class Authorizer:
    """A REQUEST authorizer with payload 2.0 and simple responses.

    `identity_sources` are as API Gateway writes them: `$request.header.Authorization`,
    `$request.querystring.key`, `$context.routeKey`, `$stageVariables.name`. A `ttl_s` of 0 caches nothing.
    """

    id: str
    function_arn: str
    identity_sources: tuple[str, ...]
    ttl_s: float


@dataclass(frozen=True)
class Throttle:
    """Steady requests a second and the burst above it."""

    rate: float
    burst: int


@dataclass(frozen=True)
class Route:
    """`key` is `POST /models/{m}/predict`, `ANY /docs/{proxy+}` or `$default`; `function_arn` keeps its qualifier."""

    key: str
    function_arn: str
    authorizer: Authorizer | None = None
    timeout_s: float = 30.0
    throttle: Throttle | None = None
    """The route's own settings, where they replace the stage's."""


@dataclass(frozen=True)
class RouteTable:
    """One deployed stage of one HTTP API, as it is now."""

    account: str
    api_id: str
    region: str
    routes: tuple[Route, ...]
    stage: str = "$default"
    throttle: Throttle | None = None

    @property
    def domain(self) -> str:
        """The name AWS would serve it under."""
        return f"{self.api_id}.execute-api.{self.region}.amazonaws.com"


class Invoke(Protocol):
    """Invokes a function by its (qualified) ARN and waits."""

    def __call__(self, function_arn: str, payload: bytes) -> Outcome:
        """The outcome; raises nothing for what the function did."""


Routes = Callable[[], RouteTable]
"""Asked at every request, so a deploy is seen at once; must be quick."""
