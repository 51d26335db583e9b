"""What so many calls a day of an endpoint cost a month: each thing on the way of a request, from the template."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from infra.cost.assumptions import Assumptions
from infra.cost.functions import calls, is_traced, memory_of
from infra.cost.lines import DAYS, Line, Template, Term, resources_of
from serin.domain import prices
from serin.domain.buckets import look_back, width
from serin.domain.charter import Charter

ROUTE_METRICS = 6
"""4xx, 5xx, Count, DataProcessed, IntegrationLatency, Latency.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html"""
_DAY_S, _KB_A_GB = 86_400, 1024 * 1024
_VALUES_UNITS = 0.5
_LEAST_GB_SECONDS = 0.01
_TRACED_SHARE = 0.05
"""X-Ray's default: the first call of each second, and so many of the others."""


def requests_of(templates: Sequence[Template], charter: Charter, a_day: float, assumed: Assumptions) -> list[Line]:
    """From the address callers ask to the file of the lake that keeps the answer."""
    predict = f"predict-{charter.model}"
    lines = {
        "HTTP API": _api(templates, a_day),
        "authorizer": _authorizer(templates, charter, a_day, assumed),
        "predict": _predict(templates, predict, a_day, assumed),
        "online features": _features(charter, a_day, assumed),
        "logs of calls": _logs(a_day, assumed),
        "predictions into the lake": _collected(templates, a_day, assumed),
        "traces": _traces(a_day) if is_traced(templates, predict) else (),
    }
    return [Line("requests", what, charter.model, terms) for what, terms in lines.items() if terms]


def _api(templates: Sequence[Template], a_day: float) -> tuple[Term, ...]:
    """Calls, and the metrics of the route in the hours in which somebody calls, if they come when they like."""
    (stage,) = resources_of(templates, "AWS::ApiGatewayV2::Stage")
    detailed = stage["DefaultRouteSettings"]["DetailedMetricsEnabled"]
    metrics = Term(ROUTE_METRICS * -math.expm1(-a_day / 24), "route metrics", prices.CUSTOM_METRIC)
    return Term(DAYS * a_day, "calls", prices.HTTP_API_CALL), *((metrics,) if detailed else ())


def _authorizer(
    templates: Sequence[Template], charter: Charter, a_day: float, assumed: Assumptions
) -> tuple[Term, ...]:
    """Of callers with tokens: its answer is kept for a while, so it is called less often than the endpoint."""
    if charter.access != "token":
        return ()
    (authorizer,) = resources_of(templates, "AWS::ApiGatewayV2::Authorizer")
    spans = _DAY_S / authorizer["AuthorizerResultTtlInSeconds"] * assumed.callers
    number = DAYS * spans * -math.expm1(-a_day / spans)
    called = calls(number, assumed.authorizer_ms, memory_of(templates, "authorize"))
    return *called, Term(number, "reads", prices.READ_UNIT)


def _predict(templates: Sequence[Template], name: str, a_day: float, assumed: Assumptions) -> tuple[Term, ...]:
    memory = memory_of(templates, name)
    # A call is a cold one when none came in the minutes before: of calls that come when they like, this share.
    cold = a_day * math.exp(-a_day * assumed.idle_minutes / 1440)
    starts = DAYS * cold * assumed.start_ms / 1000 * memory / 1024
    started = (Term(starts, "GB-s of starts", prices.LAMBDA_GB_SECOND),) if starts >= _LEAST_GB_SECONDS else ()
    return *calls(DAYS * a_day, assumed.call_ms, memory), *started


def _features(charter: Charter, a_day: float, assumed: Assumptions) -> tuple[Term, ...]:
    units = units_of(charter, assumed)
    return (Term(DAYS * a_day * units, "reads", prices.READ_UNIT),) if units else ()


def units_of(charter: Charter, assumed: Assumptions) -> float:
    """What DynamoDB bills for the online features of one call."""
    views = [view for view in charter.features.views if _is_used(charter, view.name)]
    buckets = sum(look_back(view) // width(view) + 1 for view in views if view.windows)
    return buckets * assumed.bucket_units + sum(_VALUES_UNITS for view in views if view.last)


def _is_used(charter: Charter, view: str) -> bool:
    """Whether an answer needs the view: by its name, by one of its values, or by a function of these."""
    uses = charter.features.model_uses
    return any(used.partition(".")[0] == view for used in uses) or bool(charter.features.on_demand)


def _logs(a_day: float, assumed: Assumptions) -> tuple[Term, ...]:
    written = DAYS * a_day * (assumed.log_kb + assumed.access_log_kb) / _KB_A_GB
    return (Term(written, "GB of log", prices.LOG_GB),)


def _collected(templates: Sequence[Template], a_day: float, assumed: Assumptions) -> tuple[Term, ...]:
    """Lines that come close together travel together: a call of the collector and two files for all of them."""
    spans = _DAY_S / assumed.delivery_seconds
    deliveries = DAYS * spans * -math.expm1(-a_day / spans)
    called = calls(deliveries, assumed.collect_ms, memory_of(templates, "collect-predictions"))
    return *called, *_files(deliveries)


def _files(deliveries: float) -> Iterator[Term]:
    """Written once, and read once by the looks of the days after."""
    yield Term(2 * deliveries, "files written", prices.BUCKET_PUT)
    yield Term(2 * deliveries, "files read", prices.BUCKET_GET)


def _traces(a_day: float) -> tuple[Term, ...]:
    first = _DAY_S * -math.expm1(-a_day / _DAY_S)
    return (Term(DAYS * (first + (a_day - first) * _TRACED_SHARE), "traces", prices.TRACE),)
