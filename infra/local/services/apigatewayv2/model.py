"""An HTTP API as the gateway sees it: routes, their integrations and their authorizers.

gateway = Gateway(routes, invoke, now_ms=clock.now_ms)     # it answers at `gateway.url` until `stop()`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from infra.local.delivery.outcome import Outcome


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
    signed: bool = False
    """Whether callers sign with SigV4, and IAM decides."""


@dataclass(frozen=True)
class Cors:
    """What pages of these origins may ask for and read; names as API Gateway takes them, `*` for any."""

    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    credentials: bool = False
    max_age_s: int | None = None


MayInvoke = Callable[[str, str], bool]
"""Whether API Gateway may invoke a function, by its (qualified) ARN, for the source with that ARN."""


@dataclass(frozen=True)
class Signer:
    """Who signs with an access key: the secret, the session's token (empty without one), what functions are told."""

    access_key_id: str
    secret: str = field(repr=False)
    session_token: str = field(repr=False)
    identity: Mapping[str, Any]
    may_call: Callable[[str], bool]
    """Whether IAM lets it call, by the ARN of the request."""


Signers = Callable[[str], Signer | None]
"""Who signs with an access key now; None for a key that nobody has, or has any more."""


def _nobody(_access_key_id: str) -> None:
    return None


def _anybody(_function_arn: str, _source_arn: str) -> bool:
    return True


@dataclass(frozen=True)
class RouteTable:
    """One deployed stage of one HTTP API, as it is now; `may_invoke` knows whom functions let call them."""

    account: str
    api_id: str
    region: str
    routes: tuple[Route, ...]
    stage: str = "$default"
    throttle: Throttle | None = None
    cors: Cors | None = None
    may_invoke: MayInvoke = field(default=_anybody, compare=False)
    signer: Signers = field(default=_nobody, compare=False)

    def source_of_route(self, route: Route, method: str) -> str:
        """What a function's policy knows a call of a route by; the path keeps its variables' names.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
        """
        known_method, _, path = route.key.partition(" ")
        key = f"{method if known_method == 'ANY' else known_method}{path}"
        return self._source(f"{self.stage}/{key}")

    def arn_of_request(self, method: str, path: str) -> str:
        """What policies know a request by; the path is the request's own."""
        return self._source(f"{self.stage}/{method}{path}")

    def source_of_authorizer(self, authorizer: Authorizer) -> str:
        """As above, for the call of an authorizer."""
        return self._source(f"authorizers/{authorizer.id}")

    def _source(self, what: str) -> str:
        return f"arn:aws:execute-api:{self.region}:{self.account}:{self.api_id}/{what}"

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
