"""One prediction request: checked rows in, answers with their ids out, and a log line for each row."""

from __future__ import annotations

import json
import os
import time
from functools import cached_property

from serin.domain.errors import Internal, ModelFailed, SerinError, TooLarge
from serin.domain.golden_request import GOLDEN_REQUEST
from serin.domain.plain_numbers import how_many
from serin.domain.prediction_ids import RANDOM_BYTES, prediction_ids, repeated_id
from serin.domain.scopes import require
from serin.serving.answered import answered
from serin.serving.attempts import Attempts
from serin.serving.log import Call, logged_rows
from serin.serving.model import ServedModel, open_model
from serin.serving.plans import InputsPlan
from serin.serving.quick_rows import QuickRows
from serin.serving.requests import Asked, read_request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import Any, TypeVar

    from serin.domain.buckets import OnlineItem
    from serin.domain.compilation import Runtime
    from serin.domain.errors import NotReleased
    from serin.domain.features import EntityKey
    from serin.ports import Clock, OnlineReads
    from serin.serving.features import FeaturePlan
    from serin.serving.package import ModelPackage
    from serin.serving.plans import Plan, Question
    from serin.serving.protected import Digests
    from serin.serving.rows import Rows

    T = TypeVar("T")

STATUS = {
    "invalid": 422,
    "too_large": 413,
    "denied": 403,
    "not_found": 404,
    "unsupported": 415,
    "not_released": 503,
    "unavailable": 503,
    "corrupt": 500,
    "model_failed": 500,
    "internal": 500,
}
FAILURES = ("corrupt", "model_failed")
"""Kinds of refusal that say something of the version: its alarm and its release count them."""
MAXIMUM_ANSWER = 4_000_000
"""Bytes of an answer: Lambda hands over 6 MB, in which each quote of it is one byte more."""


class Request:
    """What came over HTTP: the body, who sent it with which scopes, and the gateway's id for the call.

    `invocation` is Lambda's id for it, `key` the digest of the client's `Idempotency-Key`, and `caller` names whose it
    is: what one caller asks again under one key has the ids it had. `path` is below the model's, and `length` what the
    header of the Open Inference Protocol says of its JSON.
    """

    def __init__(
        self,
        id: str,
        body: bytes,
        scopes: tuple[str, ...],
        invocation: str = "",
        key: str | None = None,
        caller: str = "",
        path: str = "predict",
        length: str | None = None,
    ) -> None:
        self.id, self.body, self.scopes, self.invocation = id, body, scopes, invocation
        self.key, self.caller, self.path, self.length = key, caller, path, length


class Reply:
    """The status and body to answer with, an object or its text, and the lines for the prediction log.

    `failure` is what the model's code could not answer, in words that repeat no value: None where it answered, and
    where it was not asked.
    """

    def __init__(
        self,
        status: int,
        content: Mapping[str, Any] | str,
        log: Sequence[str] = (),
        failure: SerinError | None = None,
    ) -> None:
        self.status, self._content, self.log, self.failure = status, content, log, failure

    @property
    def body(self) -> Mapping[str, Any]:
        """The body as it is read."""
        content = self._content
        body: Mapping[str, Any] = json.loads(content) if isinstance(content, str) else content
        return body

    @cached_property
    def text(self) -> str:
        """The body as it is sent: ASCII JSON with finite numbers."""
        return self._content if isinstance(self._content, str) else _ENCODED(self._content)


class Predictor:
    """A released model and all it needs, loaded at the first right request and kept for the function's life.

    `digests` says what stands for personal values, which are asked about for every request anew: an erasure counts at
    once. A model that is asked none needs none.
    """

    def __init__(
        self,
        package: ModelPackage,
        version: int,
        sha256: str,
        *,
        online: OnlineReads,
        clock: Clock,
        function_version: str,
        digests: Digests | None = None,
        runtime: Runtime = "compiled",
    ) -> None:
        self._runtime = runtime
        self._digests = digests
        self._package = package
        self._version = version
        self._sha256 = sha256
        self._online = online
        self._clock = clock
        self._function_version = function_version
        self._cold = True
        self._attempts = Attempts()

    @cached_property
    def _plan(self) -> Plan:
        package = self._package
        # What features need is not loaded by whoever has none: a process starts sooner.
        return self._features if package.uses is None else InputsPlan(package.inputs, package.uses)

    @cached_property
    def _features(self) -> FeaturePlan:
        from serin.serving.features import FeaturePlan
        from serin.serving.on_demand import load_functions

        charter = self._package.charter
        return self._loaded(lambda: FeaturePlan(charter, load_functions(charter)))

    @cached_property
    def _quick(self) -> QuickRows:
        return QuickRows(self._package.inputs)

    @cached_property
    def _model(self) -> ServedModel:
        return self._loaded(lambda: open_model(self._package, self._sha256, self._runtime))

    def _loaded(self, load: Callable[[], T]) -> T:
        """What is loaded of the version's code; ModelFailed for what this code raises while it is loaded."""
        try:
            return load()
        except SerinError:
            raise
        except BaseException as error:  # what code of a model may raise is anything
            from serin.domain.model_code import in_words

            found = f"Version {self._version} of {self._package.model} cannot be loaded: {in_words(error)}."
            raise ModelFailed(found, "Release another version; this one never worked.") from error

    def predict(self, request: Request) -> Reply:
        """Answer a request; every error a caller can cause is answered in the one error shape."""
        try:
            model = self._package.model
            require(request.scopes, "predict", model)
            return self._answer(request, self._read(request))
        except SerinError as error:
            return refusal(error)

    def _read(self, request: Request) -> Asked:
        inputs = self._package.inputs
        if request.path == "predict":
            return read_request(request.body, inputs, self._quick)
        # Not loaded by whoever is never asked in them: a process starts sooner.
        from serin.serving.protocols.paths import protocol_at

        if protocol_at(request.path, self._package.model, self._version) == "invocations":
            from serin.serving.protocols.mlflow import read_invocation

            return read_invocation(request.body, inputs)
        from serin.serving.protocols.open_inference import read_infer

        return read_infer(request.body, self._package.charter, self._package.manifest.classes, request.length)

    def replay(self, rows: Sequence[object]) -> Mapping[str, Any]:
        """The scores of logged rows of features, from the model alone: nothing is looked up, nothing is logged."""
        from serin.serving.replay import logged_row

        columns = self._package.facts.columns
        scores = [self._model.score([logged_row(row, columns)])[0] for row in rows]
        return {"model": self._package.model, "version": self._version, "scores": scores}

    def shadow(self, asked: Mapping[str, Any], invocation: str, sandbox: str) -> Reply:
        """What this version says of logged rows, each with a line that names the release, which is no prediction.

        `asked` are `release` and `rows`, each a ShadowRow; `invocation` is Lambda's id of the call and `sandbox` the
        log stream it is told in. Answers are in the order of the rows.
        """
        from serin.domain.records import as_record
        from serin.serving.shadow import shadowed

        began, cpu_began = time.perf_counter(), time.process_time()
        rows = shadowed(
            asked["rows"], self._features, self._model, lambda keys: self._online.read(keys) if keys else {}
        )
        now = self._clock.now()
        call = self._call(invocation, now, began, cpu_began, invocation=invocation, shadow=asked["release"])
        body = {"release": asked["release"], "sandbox": sandbox, "answers": [as_record(row.answer) for row in rows]}
        names = prediction_ids(call.model, now, os.urandom(RANDOM_BYTES * len(rows)))
        logged = logged_rows([row.as_logged(name) for row, name in zip(rows, names, strict=True)])
        return Reply(200, body, call.lines(logged))

    def _call(self, request_id: str, at: datetime, began: float, cpu_began: float, **more: Any) -> Call:
        cold, self._cold = self._cold, False
        return Call(
            request_id=request_id,
            at=at,
            model=self._package.model,
            version=self._version,
            function_version=self._function_version,
            runtime=self._model.runtime,
            instead=self._model.instead,
            cold=cold,
            ms=(time.perf_counter() - began) * 1000,
            cpu_ms=(time.process_time() - cpu_began) * 1000,
            **more,
        )

    def _answer(self, request: Request, asked: Asked) -> Reply:
        began, cpu_began = time.perf_counter(), time.process_time()
        instances = self._protected(asked.instances)
        now, name = self._clock.now(), self._package.model
        plan, model = self._plan, self._model
        question = plan.ask(instances, now)
        features = question.features(self._looked_up(question))
        answers = answered(instances, features, model, explain=asked.explain)
        ids = _ids(request, instances, name, now)
        text = self._text(answers.texts(ids), len(answers.errors))
        told = {"invocation": request.invocation, "key": request.key, "attempt": self._attempts.next(request.key)}
        call = self._call(request.id, now, began, cpu_began, **told)
        lines: Sequence[str] = call.lines(answers.logged(ids))
        # Golden rows go all the way but the last step: printed, they would be judged as if somebody had asked.
        recorded = request.id != GOLDEN_REQUEST
        failed = [answers.errors[number] for number in sorted(answers.errors)]
        failure, lines = _failure(failed, len(instances)), lines if recorded else ()
        if failed and not asked.tells_of_rows:
            return Reply(STATUS[failed[0].kind], {"error": failed[0].as_record()}, lines, failure)
        content = text if asked.answer is None else asked.answer(json.loads(text))
        return _bounded(Reply(200, content, lines, failure), len(instances))

    def _protected(self, instances: Rows) -> Rows:
        """The instances as everything sees them from here on: nothing behind this knows a personal value."""
        if not (hashed := self._package.hashed):
            return instances
        from serin.serving.protected import protected

        assert self._digests is not None, "a model that is asked personal data is opened with what stands for it"
        return protected(instances, hashed, self._digests)

    def _looked_up(self, question: Question) -> Mapping[EntityKey, OnlineItem]:
        return self._online.read(question.keys) if question.keys else {}

    def _text(self, predictions: Sequence[str], failed: int) -> str:
        """The body of an answer."""
        last = f', "failed": {failed}' if failed else ""
        rows = ", ".join(predictions)
        return f'{{"model": "{self._package.model}", "version": {self._version}, "predictions": [{rows}]{last}}}'


class Unreleased:
    """What answers for a model that has no version yet: only who may ask it is told so."""

    def __init__(self, model: str, error: NotReleased) -> None:
        self._model = model
        self._error = error

    def predict(self, request: Request) -> Reply:
        """The refusal."""
        try:
            require(request.scopes, "predict", self._model)
        except SerinError as error:
            return refusal(error)
        return refusal(self._error)

    def replay(self, _: Sequence[object]) -> Mapping[str, Any]:
        """There is nothing that could score them; raises NotReleased."""
        raise self._error

    def shadow(self, *_: object) -> Reply:
        """The same."""
        raise self._error


def refusal(error: SerinError) -> Reply:
    """The answer to a request that cannot be served."""
    failure = error if error.kind in FAILURES else None
    return Reply(STATUS.get(error.kind, 500), {"error": error.as_record()}, (), failure)


def _ids(request: Request, instances: Rows, model: str, now: datetime) -> list[str]:
    """An id for each row; under a key those of the same rows asked before, though nobody has remembered them."""
    if request.key is None:
        return prediction_ids(model, now, os.urandom(RANDOM_BYTES * len(instances)))
    # Few callers send a key.
    from serin.domain.names import digest
    from serin.domain.records import record_digest

    names = (
        digest(request.caller, request.key, str(number), record_digest(instance))
        for number, instance in enumerate(instances)
    )
    return [repeated_id(model, now, name) for name in names]


def _failure(errors: Sequence[ModelFailed], rows: int) -> ModelFailed | None:
    """What the function's log is told of rows that have an error for an answer; None where all were answered."""
    if not errors:
        return None
    return ModelFailed(f"{len(errors)} of {how_many(rows, 'row')}; the first: {errors[0].cause}.", errors[0].remedy)


def fault(request_id: str) -> Reply:
    """The answer where the platform itself failed: the log says by what, the caller only that it did."""
    found = f"The platform failed to answer; the request's id is {request_id}."
    return refusal(Internal(found, "Try again; if it fails again, look for the id in the logs."))


def _bounded(reply: Reply, rows: int) -> Reply:
    """The reply, if Lambda can hand it over; TooLarge says how many rows can be asked for."""
    if (size := len(reply.text)) > MAXIMUM_ANSWER:
        fitting = max(1, rows * MAXIMUM_ANSWER // size)
        raise TooLarge(
            f"The answer to {rows:,} instances has {how_many(size, 'byte')}; {MAXIMUM_ANSWER:,} are allowed.",
            f"Send the rows in several requests, about {fitting:,} in each.",
            "instances",
        )
    return reply


_ENCODED = json.JSONEncoder(allow_nan=False, check_circular=False).encode
