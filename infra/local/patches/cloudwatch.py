"""CloudWatch: a metric is its name and exactly its dimensions."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend

from infra.local.patches.registry import wrap


@wrap(CloudWatchBackend, "get_metric_statistics")
def get_metric_statistics(
    original: Callable[..., Any],
    backend: CloudWatchBackend,
    *args: Any,
    dimensions: Sequence[Mapping[str, str]],
    **kwargs: Any,
) -> Any:
    """moto adds up every metric that has the asked dimensions among others, so a function's errors count thrice."""
    wanted = {(dimension["Name"], dimension.get("Value")) for dimension in dimensions or ()}
    exact = copy.copy(backend)
    exact.metric_data = [
        datum for datum in backend.metric_data if {(own.name, own.value) for own in datum.dimensions} == wanted
    ]
    return original(exact, *args, dimensions=dimensions, **kwargs)
