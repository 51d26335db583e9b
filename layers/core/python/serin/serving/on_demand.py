"""The model's own functions of a request, found by name in its package."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from serin.domain.charter import Charter, Scalar
from serin.domain.errors import Invalid


@dataclass(frozen=True)
class OnDemand:
    """A function of the model's code and the names of the values it asks for."""

    name: str
    function: Callable[..., Scalar | None]
    arguments: tuple[str, ...]


def load_functions(charter: Charter, package: str = "model_code") -> Mapping[str, OnDemand]:
    """The charter's on-demand functions by feature name; `features:hour` is `hour` of `<package>.features`."""
    return {name: _load(name, call, package) for name, call in charter.features.on_demand.items()}


def _load(name: str, call: str, package: str) -> OnDemand:
    module, _, attribute = call.partition(":")
    function = getattr(importlib.import_module(f"{package}.{module}"), attribute, None)
    if not callable(function):
        raise Invalid(
            f"features.on_demand.{name}: {module}.py has no function {attribute}.",
            f"Write `def {attribute}(…)` there, or correct the charter.",
            f"features.on_demand.{name}",
        )
    return OnDemand(name, function, tuple(inspect.signature(function).parameters))
