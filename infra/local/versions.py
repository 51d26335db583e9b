"""Which version of a function an invocation runs, complete with its code, layers, variables and role."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import cast

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaAlias, LambdaBackend, LambdaFunction, lambda_backends
from moto.sts.models import sts_backends

from infra.local.assets import Assets
from infra.local.lambda_model import Credentials, FunctionVersion
from infra.local.wiring import ACCOUNT

LATEST = "$LATEST"
_SESSION_S = 12 * 3600


class Versions:
    """Finds function versions in moto's Lambda; `draw` answers in 0..1 and decides among weighted versions."""

    def __init__(self, region: str, assets: Assets, draw: Callable[[], float] = random.random) -> None:
        self._region = region
        self._assets = assets
        self._draw = draw
        self._credentials: dict[tuple[str, str], Credentials] = {}
        self._lock = threading.Lock()

    def find(self, name_or_arn: str, qualifier: str | None = None) -> tuple[LambdaFunction, str]:
        """The function's version to run now, and the ARN it was invoked by; moto's own error for a wrong name."""
        name, inner = _split(name_or_arn)
        wanted = inner or qualifier
        function = self._backend.get_function(name)
        if wanted is None or wanted == LATEST:
            return function, function.function_arn if wanted is None else f"{function.function_arn}:{wanted}"
        invoked_arn = f"{function.function_arn}:{wanted}"
        if wanted.isdigit():
            return self._published(name, wanted), invoked_arn
        return self._published(name, self._chosen(self._backend.get_alias(wanted, name))), invoked_arn

    def complete(self, function: LambdaFunction) -> FunctionVersion:
        """The version as the function host runs it."""
        return FunctionVersion(
            function_arn=f"arn:aws:lambda:{self._region}:{ACCOUNT}:function:{function.function_name}",
            name=function.function_name,
            version=str(function.version),
            handler=str(function.handler),
            code=self._assets.folder(function.code_sha_256),
            layers=tuple(self._layer(layer["Arn"]) for layer in function.layers),
            environment=dict(function.environment_vars),
            timeout_s=float(function.timeout),
            memory_mb=int(function.memory_size),
            credentials=self._role_session(function),
            region=self._region,
            log_group=function.logs_group_name,
            reserved_concurrency=self._reserved(function.function_name),
        )

    @property
    def _backend(self) -> LambdaBackend:
        return lambda_backends[ACCOUNT][self._region]

    def _chosen(self, alias: LambdaAlias) -> str:
        """An alias sends each invocation to one of at most two versions, by weight."""
        draw = self._draw()
        # moto's annotation says text; it is what UpdateAlias was given.
        routing = cast("dict[str, dict[str, float]] | None", alias.routing_config) or {}
        for version, weight in (routing.get("AdditionalVersionWeights") or {}).items():
            if draw < float(weight):
                return str(version)
            draw -= float(weight)
        return alias.function_version

    def _published(self, name: str, version: str) -> LambdaFunction:
        if version == LATEST:
            return self._backend.get_function(name)
        found = self._backend._lambdas._get_version(name, version)
        if found is None:
            raise UnknownFunctionException(f"{self._backend.get_function(name).function_arn}:{version}")
        return found

    def _layer(self, arn: str) -> Path:
        layer = self._backend.layers_versions_by_arn(arn)
        if layer is None:
            raise UnknownFunctionException(arn)
        return self._assets.folder(layer.code_sha_256)

    def _reserved(self, name: str) -> int | None:
        reserved = self._backend.get_function(name).reserved_concurrency
        return None if reserved is None else int(reserved)

    def _role_session(self, function: LambdaFunction) -> Credentials:
        """One session a function and role: warm processes keep their credentials."""
        key = (function.function_name, function.role)
        with self._lock:
            if key not in self._credentials:
                sts = sts_backends[ACCOUNT]["aws"]
                session = sts.assume_role(self._region, function.function_name, function.role, "", _SESSION_S, "")
                self._credentials[key] = Credentials(
                    session.access_key_id, session.secret_access_key, session.session_token
                )
            return self._credentials[key]


def _split(name_or_arn: str) -> tuple[str, str | None]:
    """Name and qualifier of `name`, `name:qualifier`, `account:function:name` or an ARN."""
    rest = name_or_arn.rsplit(":function:", maxsplit=1)[-1] if ":function:" in name_or_arn else name_or_arn
    name, _, qualifier = rest.partition(":")
    return name, qualifier or None
