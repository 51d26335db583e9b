"""The only reader of the environment and the only maker of clients, each made when it is first asked for."""

from __future__ import annotations

import json
import os
from functools import cache, cached_property

# What all ports speak of is most of the domain, and a function needs little of it; least of all `predict`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from serin.adapters.bare_calls import BareCalls
    from serin.adapters.dynamodb import RecordTable
    from serin.adapters.online import DynamoOnlineFeatures
    from serin.adapters.read_once import ReadOnce
    from serin.adapters.s3 import S3ObjectStore
    from serin.adapters.salts import DynamoSalts
    from serin.domain.charter import Charter
    from serin.domain.compilation import Runtime
    from serin.domain.contracts import Contract
    from serin.domain.model_source import ModelSource
    from serin.ports import (
        Catalog,
        Clock,
        Control,
        Endpoint,
        ErasableFeatures,
        ErasableSalts,
        ErasableStore,
        Events,
        Messages,
        Metrics,
        Notices,
        ObjectStore,
        OnlineFeatures,
        Salts,
        Sources,
        Workflows,
    )

_REMEMBERED = 64 * 1024 * 1024
"""Bytes of objects that a process keeps in mind."""


class Platform:
    """The world as one function sees it: each port is an AWS adapter, made from the function's own variables."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    @cached_property
    def clock(self) -> Clock:
        """Real time, or the local cloud's."""
        from serin.adapters.clock import SharedClock, SystemClock

        shared = self._environment.get("SERIN_CLOCK_FILE")
        if shared is None:
            return SystemClock()
        from pathlib import Path

        return SharedClock(Path(shared))

    @cached_property
    def uploads(self) -> ObjectStore:
        """Where people and systems write."""
        return self._bucket("SERIN_UPLOADS_BUCKET")

    @cached_property
    def sources(self) -> Sources:
        """Other people's buckets that files are copied in from."""
        from serin.adapters.sources import S3Sources

        return S3Sources(_client("s3"), self._environment["SERIN_UPLOADS_BUCKET"])

    @cached_property
    def lake(self) -> ObjectStore:
        """Where accepted data, training sets and prediction logs lie."""
        return self._bucket("SERIN_LAKE_BUCKET")

    @cached_property
    def artifacts(self) -> ObjectStore:
        """Where fitted models lie."""
        return self._bucket("SERIN_ARTIFACTS_BUCKET")

    @property
    def lake_read_once(self) -> ObjectStore:
        """The lake, for whoever looks at the same files again and again; what they are called says what they hold.

        Where people may be erased, their erasures say what was rewritten all the same.
        """
        model = self._environment.get("SERIN_MODEL")
        if any(charter.compliance.hashed for name, charter in self.charters.items() if model in (None, name)):
            from serin.domain.records import record_digest

            self._lake_read_once.renew(record_digest(self.catalog.erasures()))
        return self._lake_read_once

    @cached_property
    def _lake_read_once(self) -> ReadOnce:
        return _read_once(self.lake)

    @cached_property
    def artifacts_read_once(self) -> ObjectStore:
        """Fitted models, likewise."""
        return _read_once(self.artifacts)

    @cached_property
    def catalog(self) -> Catalog:
        """What happened to data, runs, versions and releases."""
        from serin.adapters.catalog import DynamoCatalog

        return DynamoCatalog(self._records("SERIN_CATALOG_TABLE"))

    @cached_property
    def control(self) -> Control:
        """Tokens, leases, intents, live pointers."""
        from serin.adapters.control import DynamoControl

        return DynamoControl(self._records("SERIN_CONTROL_TABLE"))

    @property
    def salts(self) -> Salts:
        """What the digests of personal values are made with."""
        return self._salts

    @cached_property
    def _salts(self) -> DynamoSalts:
        from serin.adapters.salts import DynamoSalts

        return DynamoSalts(_dynamodb, self._environment["SERIN_CONTROL_TABLE"], self._calls)

    @property
    def erasable_uploads(self) -> ErasableStore:
        """The uploads, for whoever takes people out of them."""
        return self._bucket("SERIN_UPLOADS_BUCKET")

    @property
    def erasable_lake(self) -> ErasableStore:
        """The lake, likewise."""
        return self._bucket("SERIN_LAKE_BUCKET")

    @property
    def erasable_salts(self) -> ErasableSalts:
        """The salts, for whoever destroys one."""
        return self._salts

    @property
    def erasable_online(self) -> ErasableFeatures:
        """The online features, for whoever takes people out of them."""
        return self._online

    @property
    def log_days(self) -> int:
        """How many days the stage keeps logs."""
        return int(self._environment["SERIN_LOG_DAYS"])

    @property
    def online(self) -> OnlineFeatures:
        """The last values of entities."""
        return self._online

    @cached_property
    def _online(self) -> DynamoOnlineFeatures:
        from serin.adapters.online import DynamoOnlineFeatures

        return DynamoOnlineFeatures(_dynamodb, self._environment["SERIN_FEATURES_TABLE"], self._calls)

    @cached_property
    def events(self) -> Events:
        """Our own bus."""
        from serin.adapters.events import EventBridgeEvents
        from serin.domain.events import source_of

        source = source_of(self._environment.get("SERIN_MODEL"))
        return EventBridgeEvents(_client("events"), self._environment["SERIN_BUS"], source)

    @cached_property
    def upload_messages(self) -> Messages:
        """What the queue of uploads has handed out."""
        from serin.adapters.messages import SqsMessages

        return SqsMessages(_client("sqs"), self._environment["SERIN_UPLOADS_QUEUE"])

    @cached_property
    def notices(self) -> Notices:
        """The topic people hear of releases by."""
        from serin.adapters.notices import SnsNotices

        return SnsNotices(_client("sns"), self._environment["SERIN_NOTICES_TOPIC"])

    @cached_property
    def workflows(self) -> Workflows:
        """Trainings and releases."""
        from serin.adapters.workflows import StepFunctionsWorkflows

        machines = self._environment["SERIN_TRAINING_ARN_PREFIX"], self._environment["SERIN_RELEASE_ARN"]
        # The API alone begins batches.
        batch = self._environment.get("SERIN_BATCH_ARN", "")
        return StepFunctionsWorkflows(_client("stepfunctions"), *machines, batch)

    @cached_property
    def endpoint(self) -> Endpoint:
        """The functions behind the models' APIs."""
        from serin.adapters.endpoint import LambdaEndpoint

        stage, artifacts = self._environment["SERIN_STAGE"], self._environment["SERIN_ARTIFACTS_BUCKET"]
        return LambdaEndpoint(_client("lambda"), _client("ssm"), _client("cloudformation"), stage, artifacts)

    @cached_property
    def metrics(self) -> Metrics:
        """What CloudWatch counts of the models' endpoints."""
        from serin.adapters.cloudwatch import CloudWatchMetrics

        return CloudWatchMetrics(_client("cloudwatch"), self._environment["SERIN_STAGE"])

    @property
    def stage(self) -> str:
        """The stage this function is deployed in."""
        return self._environment["SERIN_STAGE"]

    @property
    def model(self) -> str:
        """The one model this function belongs to."""
        return self._environment["SERIN_MODEL"]

    @property
    def model_version(self) -> int:
        """The model version this function version holds."""
        return int(self._environment["SERIN_MODEL_VERSION"])

    @property
    def model_sha256(self) -> str:
        """The digest the registry recorded of the model this function version holds."""
        return self._environment["SERIN_MODEL_SHA256"]

    @property
    def runtime(self) -> Runtime:
        """By what the stage wants its models served, where they can be."""
        return "scikit-learn" if self._environment.get("SERIN_RUNTIME") == "scikit-learn" else "compiled"

    @property
    def function_version(self) -> str:
        """Which version of the function this is; Lambda sets it."""
        return self._environment["AWS_LAMBDA_FUNCTION_VERSION"]

    @cached_property
    def charters(self) -> Mapping[str, Charter]:
        """Model → charter, as the last deploy compiled them."""
        from serin.domain.charter import Charter
        from serin.domain.records import from_record

        folders = [item for item in _files("serin_charters").iterdir() if item.joinpath("charter.json").is_file()]
        return {item.name: from_record(Charter, _json(item / "charter.json")) for item in folders}

    @property
    def model_room(self) -> int:
        """How many bytes a model's layer may have beside the layers of predict."""
        return int(_json(_files("serin_charters") / "room.json"))

    @cached_property
    def contracts(self) -> Mapping[str, Contract]:
        """Dataset → contract, of all models."""
        return {dataset: contract for name in self.charters for dataset, contract in _contracts(name).items()}

    def source(self, model: str) -> ModelSource:
        """What the team wrote of the model that this function belongs to, as it is deployed."""
        from serin.domain.model_source import ModelSource

        return ModelSource(self.charters[model], _contracts(model), self.model_code, self.golden(model))

    @property
    def commit(self) -> str | None:
        """The revision that is deployed; None where it was deployed from no repository."""
        return self._environment["SERIN_COMMIT"] or None

    @property
    def request_rate(self) -> tuple[int, int]:
        """How many requests the stage lets in a second, and how many at once."""
        rate, burst = self._environment["SERIN_REQUEST_RATE"].split()
        return int(rate), int(burst)

    def golden(self, model: str) -> tuple[Mapping[str, Any], ...]:
        """The rows every version of the model must answer before it goes live, each with what is expected."""
        return tuple(_json(_files("serin_charters") / model / "golden.json"))

    @cached_property
    def model_code(self) -> Mapping[str, bytes]:
        """File name → content of the model's own Python files."""
        sources = [item for item in _files("model_code").iterdir() if item.name.endswith(".py")]
        return {item.name: item.read_bytes() for item in sorted(sources, key=lambda item: item.name)}

    def model_function(self, call: str) -> Callable[..., Any]:
        """The function of the model's own code that a charter names as `module:name`.

        Raises Invalid for code that cannot be imported.
        """
        from importlib import import_module

        from serin.domain.errors import Invalid
        from serin.domain.model_code import RAISED, raised

        module, _, name = call.partition(":")
        try:
            function: Callable[..., Any] = getattr(import_module(f"model_code.{module}"), name)
        except RAISED as error:
            raise Invalid(
                f"{module}.py of the model cannot be imported: {raised(error)}.",
                "Correct it; a derivation has the Python standard library and polars, and whatever else it imports is "
                "not there.",
            ) from error
        return function

    @cached_property
    def _calls(self) -> BareCalls | None:
        """Calls of DynamoDB that need no client; all tables share the connections."""
        from serin.adapters.bare_calls import bare_calls

        return bare_calls(self._environment)

    def _records(self, variable: str) -> RecordTable:
        from serin.adapters.dynamodb import RecordTable

        return RecordTable(_dynamodb, self._environment[variable], self._calls)

    def _bucket(self, variable: str) -> S3ObjectStore:
        from serin.adapters.s3 import S3ObjectStore

        return S3ObjectStore(_client("s3"), self._environment[variable])


def _read_once(store: ObjectStore) -> ReadOnce:
    from serin.adapters.read_once import ReadOnce

    return ReadOnce(store, _REMEMBERED)


@cache
def platform() -> Platform:
    """This process's platform; it begins with no files of another one's."""
    if "AWS_LAMBDA_RUNTIME_API" in os.environ:
        _forget_files(os.environ.get("TMPDIR", "/tmp"))
    take_zones_as_they_are()
    return Platform(os.environ)


def take_zones_as_they_are() -> None:
    """Let polars read Parquet files of times in a zone such as +05:30, which it refuses to know by itself."""
    os.environ.setdefault("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", "1")


def _forget_files(folder: str) -> None:
    """Remove what an earlier process left: Lambda ends one that takes too long and keeps /tmp for the next.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown
    """
    from serin.domain.scratch import SCRATCH

    # Hardly ever is there any, and what paths are handled with is not loaded to find none.
    for left in [item for item in os.scandir(folder) if item.name.startswith(SCRATCH)]:
        if left.is_dir():
            import shutil

            shutil.rmtree(left.path, ignore_errors=True)
        else:
            os.unlink(left.path)  # noqa: PTH108 as above


@cache
def _client(service: str) -> Any:
    import boto3

    return boto3.client(service)  # type: ignore[call-overload]


def _dynamodb() -> Any:
    return _client("dynamodb")


def _files(package: str) -> Any:
    """The folder of a package; what finds it costs more than all of a function that needs none."""
    from importlib import resources

    return resources.files(package)


def _json(path: Any) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _contracts(model: str) -> dict[str, Contract]:
    from serin.domain.contracts import Contract
    from serin.domain.records import from_record

    folder = _files("serin_charters") / model / "contracts"
    contracts = [from_record(Contract, _json(item)) for item in folder.iterdir() if item.name.endswith(".json")]
    return {contract.dataset: contract for contract in sorted(contracts, key=lambda contract: contract.dataset)}
