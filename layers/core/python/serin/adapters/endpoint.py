"""The function behind one model's API, on Lambda."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from serin.adapters.function_versions import FunctionVersions
from serin.domain.charter import Score
from serin.domain.errors import Conflict, Corrupt, Unavailable
from serin.domain.golden_request import GOLDEN_REQUEST
from serin.domain.models import ModelVersion, Published
from serin.domain.records import as_record, from_record
from serin.domain.shadows import ShadowAnswer, ShadowCall, ShadowRow, failed_call
from serin.ports import AliasState, Answer, Deployed

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_ssm import SSMClient

ALIAS = "live"
_MOVES = 3
"""How often a move is tried whose precondition failed though the alias leads where it led."""


@dataclass(frozen=True)
class _Call:
    """An invocation that came to an end: its id, what it answered, and what it failed by."""

    id: str
    reply: Any
    failure: str | None


class LambdaEndpoint(FunctionVersions):
    """Publishes and moves; `stage` names the functions, `artifacts` is the bucket the layers lie in."""

    def __init__(
        self, functions: LambdaClient, parameters: SSMClient, stacks: CloudFormationClient, stage: str, artifacts: str
    ) -> None:
        super().__init__(functions, stage)
        self._parameters = parameters
        self._stacks = stacks
        self._artifacts = artifacts

    def publish(self, version: ModelVersion, known: Published | None) -> Published:
        name = self._name(version.model)
        current = self._settled(name)
        layers = self._base_layers(version.model)
        code = current["CodeSha256"]
        if known and (known.code_sha256, known.layers) == (code, layers) and self._exists(known):
            return known
        layer = self._publish_layer(version)
        revision = self._configure(name, version, [*layers, layer], current["Environment"]["Variables"])
        number = self._publish_version(name, version, code, revision)
        return Published(version.model, version.version, number, layer, code, layers)

    def deployed(self, model: str) -> Deployed:
        current = self._functions.get_function_configuration(FunctionName=self._name(model))
        if current.get("LastUpdateStatus") == "InProgress":
            raise Unavailable(f"The function of {model} is being changed.", "Try again once its deploy has ended.")
        return Deployed(current["CodeSha256"], self._base_layers(model))

    def is_being_deployed(self, model: str) -> bool:
        (stack,) = self._stacks.describe_stacks(StackName=f"serin-{self._stage}-endpoint-{model}")["Stacks"]
        return stack["StackStatus"].endswith("_IN_PROGRESS")

    def alias(self, model: str) -> AliasState:
        return _state(self._functions.get_alias(FunctionName=self._name(model), Name=ALIAS))

    def move_alias(
        self, model: str, function_version: str, expected: AliasState, candidate: str | None = None, weight: int = 0
    ) -> AliasState:
        known, before = self._functions.exceptions, expected
        for _ in range(_MOVES):
            try:
                return self._update_alias(model, function_version, before.revision, candidate, weight)
            except known.PreconditionFailedException:
                before = self.alias(model)
                if (before.function_version, before.weights) != (expected.function_version, expected.weights):
                    message = f"The alias of {model} has changed since it was read."
                    raise Conflict(message, "Look who changed it, then start the release again.") from None
            except known.ResourceConflictException as error:
                raise Unavailable(f"The function of {model} is being changed.", "Try again.") from error
        raise Unavailable(f"The alias of {model} is being changed by somebody else.", "Try again.")

    def _update_alias(
        self, model: str, function_version: str, revision: str, candidate: str | None, weight: int
    ) -> AliasState:
        moved = self._functions.update_alias(
            FunctionName=self._name(model),
            Name=ALIAS,
            FunctionVersion=function_version,
            # Without the empty map Lambda keeps the old weights and refuses a version that is among them.
            RoutingConfig={"AdditionalVersionWeights": {candidate: weight / 100} if candidate and weight else {}},
            RevisionId=revision,
        )
        return _state(moved)

    def ask(self, model: str, function_version: str, instances: Sequence[Mapping[str, object]]) -> Answer:
        reply = self._invoke(model, function_version, _request(model, instances))
        return Answer(reply["statusCode"], json.loads(reply["body"]))

    def replay(
        self, model: str, function_version: str, rows: Sequence[Mapping[str, object]], correlation: str
    ) -> Sequence[Score]:
        reply = self._invoke(model, function_version, {"replay": list(rows), "correlation": correlation})
        scores: Sequence[Score] = reply["scores"]
        return scores

    def shadow(
        self, model: str, function_version: str, release: str, rows: Sequence[ShadowRow], correlation: str
    ) -> ShadowCall:
        asked = {"release": release, "rows": as_record(rows)}
        call = self._call(model, function_version, {"shadow": asked, "correlation": correlation})
        if call.failure is not None:
            return failed_call(call.id, call.failure, len(rows))
        answers = tuple(from_record(ShadowAnswer, answer) for answer in call.reply["answers"])
        return ShadowCall(call.id, answers, call.reply["sandbox"])

    def _invoke(self, model: str, function_version: str, event: Mapping[str, object]) -> Any:
        call = self._call(model, function_version, event)
        if call.failure is not None:
            found = f"Function version {function_version} failed: {call.failure}."
            raise Unavailable(found, "Read the function's log.")
        return call.reply

    def _call(self, model: str, function_version: str, event: Mapping[str, object]) -> _Call:
        known = self._functions.exceptions
        try:
            answer = self._functions.invoke(
                FunctionName=self._name(model), Qualifier=function_version, Payload=json.dumps(event).encode()
            )
        except known.ResourceNotFoundException as error:
            found = f"Function version {function_version} of {model} is gone."
            raise Unavailable(found, "Release the model's version again.") from error
        except known.TooManyRequestsException as error:
            raise Unavailable("Lambda has no room for one more call.", "Try again.") from error
        reply = json.loads(answer["Payload"].read())
        failure = str(reply.get("errorMessage", reply)) if answer.get("FunctionError") else None
        return _Call(answer["ResponseMetadata"]["RequestId"], reply, failure)

    def _settled(self, name: str) -> Any:
        """The function's settings, once the change before is through: Lambda refuses the next one until then."""
        self._functions.get_waiter("function_updated_v2").wait(FunctionName=name)
        return self._functions.get_function_configuration(FunctionName=name)

    def _exists(self, known: Published) -> bool:
        try:
            self._functions.get_function_configuration(
                FunctionName=self._name(known.model), Qualifier=known.function_version
            )
        except self._functions.exceptions.ResourceNotFoundException:
            return False
        return True

    def _base_layers(self, model: str) -> tuple[str, ...]:
        """The layers the last deploy recorded, never what $LATEST happens to hold: a release may have left its own."""
        answer = self._parameters.get_parameter(Name=f"/serin/{self._stage}/endpoints/{model}/layers")
        return tuple(answer["Parameter"]["Value"].split(","))

    def _publish_layer(self, version: ModelVersion) -> str:
        made = self._functions.publish_layer_version(
            LayerName=self._layer(version.model),
            Description=f"version {version.version}",
            Content={"S3Bucket": self._artifacts, "S3Key": version.layer.key},
        )
        digest = base64.b64decode(made["Content"]["CodeSha256"]).hex()
        if digest != version.layer.sha256:
            raise Corrupt(
                f"The layer of {version.model} version {version.version} has digest {digest[:12]}…, "
                f"the registry recorded {version.layer.sha256[:12]}….",
                "Train again; the stored file was changed after it was registered.",
            )
        return made["LayerVersionArn"]

    def _configure(self, name: str, version: ModelVersion, layers: list[str], variables: Mapping[str, str]) -> str:
        """Give `$LATEST` the model; the revision that has it."""
        ours = {"SERIN_MODEL_VERSION": str(version.version), "SERIN_MODEL_SHA256": version.estimator.sha256}
        environment = {**variables, **ours}
        try:
            self._functions.update_function_configuration(
                FunctionName=name, Layers=layers, Environment={"Variables": environment}
            )
        except self._functions.exceptions.ResourceConflictException as error:
            raise _changed(version) from error
        self._functions.get_waiter("function_updated_v2").wait(FunctionName=name)
        # Lambda gives a new revision when the update ends, so it is read again, and may be somebody else's.
        configuration = self._functions.get_function_configuration(FunctionName=name)
        held = [layer["Arn"] for layer in configuration.get("Layers", ())]
        if (held, configuration["Environment"]["Variables"]) != (layers, environment):
            raise _changed(version)
        return configuration["RevisionId"]

    def _publish_version(self, name: str, version: ModelVersion, code: str, revision: str) -> str:
        """The number of the function version; Unavailable when code or configuration are others by now."""
        known = self._functions.exceptions
        try:
            made = self._functions.publish_version(
                FunctionName=name,
                CodeSha256=code,
                RevisionId=revision,
                Description=f"{version.model} version {version.version}",
            )
        except (
            known.PreconditionFailedException,
            known.InvalidParameterValueException,
            known.ResourceConflictException,
        ) as error:
            raise _changed(version) from error
        # It takes a second or so; the waiter's own pause would be five.
        active = self._functions.get_waiter("published_version_active")
        active.wait(FunctionName=name, Qualifier=made["Version"], WaiterConfig={"Delay": 1, "MaxAttempts": 300})
        return made["Version"]


def _changed(version: ModelVersion) -> Unavailable:
    found = f"The function of {version.model} was changed while version {version.version} was being published."
    return Unavailable(found, "Try again: the next attempt takes the function as it is by then.")


def _state(alias: Any) -> AliasState:
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return AliasState(alias["FunctionVersion"], weights, alias["RevisionId"])


def _request(model: str, instances: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    """The same event the HTTP API would send, with the scope the authorizer would have given."""
    route = f"POST /models/{model}/predict"
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": f"/models/{model}/predict",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "routeKey": route,
            "requestId": GOLDEN_REQUEST,
            "http": {"method": "POST", "path": f"/models/{model}/predict"},
            "authorizer": {"lambda": {"owner": "release", "scopes": f"predict:{model}"}},
        },
        "body": json.dumps({"instances": list(instances)}),
        "isBase64Encoded": False,
    }
