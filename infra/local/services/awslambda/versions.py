"""Which version of a function an invocation runs, complete with its code, layers, variables and role."""

from __future__ import annotations

import math
import random
import threading
from collections import Counter
from collections.abc import Callable
from typing import cast

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaAlias, LambdaBackend, LambdaFunction, lambda_backends
from moto.sts.models import AssumedRole, sts_backends

from infra.local.deploy.assets import Assets
from infra.local.iam.credentials import Credentials
from infra.local.iam.keys import SESSION_S, lasts
from infra.local.services.awslambda.api.aliases import weights_of
from infra.local.services.awslambda.api.concurrency import provisioned_of, reserved_of
from infra.local.services.awslambda.api.logging_config import logging_of
from infra.local.services.awslambda.api.names import LATEST, function_name, is_version
from infra.local.services.awslambda.model import FunctionVersion
from infra.local.wiring import ACCOUNT


class Versions:
    """Finds function versions in moto's Lambda; `draw` answers in 0..1 and decides among weighted versions."""

    def __init__(self, region: str, assets: Assets, draw: Callable[[], float] = random.random) -> None:
        self.region = region
        self._assets = assets
        self._draw = draw
        self._sessions: dict[tuple[str, str], AssumedRole] = {}
        self._lock = threading.Lock()

    def find(self, name_or_arn: str, qualifier: str | None = None) -> tuple[LambdaFunction, str]:
        """The function's version to run now, and the ARN it was invoked by; moto's own error for a wrong name."""
        named = function_name(name_or_arn, qualifier, self.region, ACCOUNT)
        name, wanted = named.name, named.qualifier
        function = self._backend.get_function(name)
        if wanted is None or wanted == LATEST:
            return function, function.function_arn if wanted is None else f"{function.function_arn}:{wanted}"
        invoked_arn = f"{function.function_arn}:{wanted}"
        if is_version(wanted):
            return self._published(name, wanted), invoked_arn
        alias = self._backend._lambdas._get_function_aliases(name).get(wanted)
        if alias is None:
            raise UnknownFunctionException(invoked_arn)
        return self._published(name, self._chosen(alias)), invoked_arn

    def latest(self, name: str) -> LambdaFunction:
        """The function's `$LATEST`, which holds the settings of them all."""
        return self._backend.get_function(name)

    def provisioned(self, function: LambdaFunction, qualifier: str | None = None) -> list[tuple[FunctionVersion, int]]:
        """How many processes of which versions are to be kept warm, for all of the function or one qualifier.

        An alias shares what it asks for by its weights.
        """
        wanted: Counter[str] = Counter()
        for asked, provisioned in provisioned_of(function).items():
            if qualifier in {None, asked}:
                wanted.update(self._shares(function.function_name, asked, provisioned.wanted))
        return [(self.complete(self._published(function.function_name, v)), number) for v, number in wanted.items()]

    def _shares(self, name: str, qualifier: str, wanted: int) -> dict[str, int]:
        if is_version(qualifier):
            return {qualifier: wanted}
        alias = self._backend.get_alias(qualifier, name)
        others = {version: math.ceil(wanted * weight) for version, weight in weights_of(alias).items()}
        return {**others, alias.function_version: wanted - sum(others.values())}

    def complete(self, function: LambdaFunction) -> FunctionVersion:
        """The version as the function host runs it."""
        return FunctionVersion(
            function_arn=f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{function.function_name}",
            name=function.function_name,
            version=str(function.version),
            handler=str(function.handler),
            code=self._assets.folder(function.code_sha_256),
            layers=tuple(self._assets.folder(digest) for digest in _layer_digests(function)),
            environment=dict(function.environment_vars),
            timeout_s=float(function.timeout),
            memory_mb=int(function.memory_size),
            credentials=self._role_session(function),
            region=self.region,
            log_group=function.logs_group_name,
            role_arn=function.role,
            reserved_concurrency=self._reserved(function.function_name),
            logging=logging_of(function),
        )

    @property
    def _backend(self) -> LambdaBackend:
        return lambda_backends[ACCOUNT][self.region]

    def _chosen(self, alias: LambdaAlias) -> str:
        """An alias sends each invocation to one of at most two versions, by weight."""
        draw = self._draw()
        for version, weight in weights_of(alias).items():
            if draw < weight:
                return version
            draw -= weight
        return alias.function_version

    def _published(self, name: str, version: str) -> LambdaFunction:
        if version == LATEST:
            return self._backend.get_function(name)
        version_kept = self._backend._lambdas._get_version(name, version)
        if version_kept is None:
            raise UnknownFunctionException(f"{self._backend.get_function(name).function_arn}:{version}")
        return version_kept

    def _reserved(self, name: str) -> int | None:
        return reserved_of(self._backend.get_function(name))

    def _role_session(self, function: LambdaFunction) -> Credentials:
        """One session a function and role, so that warm processes keep their credentials; a new one before it ends."""
        key = (function.function_name, function.role)
        with self._lock:
            held = self._sessions.get(key)
            if held is None or not lasts(held):
                sts = sts_backends[ACCOUNT]["aws"]
                held = sts.assume_role(self.region, function.function_name, function.role, "", SESSION_S, "")
                self._sessions[key] = held
            return Credentials(held.access_key_id, held.secret_access_key, held.session_token)


def _layer_digests(function: LambdaFunction) -> list[str]:
    """Of the layers the version was made with, though they may have been deleted since."""
    return [layer["CodeSha256"] for layer in cast("list[dict[str, str]]", function.layers)]
