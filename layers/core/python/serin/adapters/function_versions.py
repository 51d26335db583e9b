"""The versions of one model's function and of its layer, on Lambda: what is kept warm, what there is, what goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from serin.domain.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

LATEST = "$LATEST"


class FunctionVersions:
    """Names are those of the stage: `serin-<stage>-predict-<model>` and `serin-<stage>-model-<model>`."""

    def __init__(self, functions: LambdaClient, stage: str) -> None:
        self._functions = functions
        self._stage = stage

    def provision_like(self, model: str, function_version: str, other: str) -> bool:
        number = self._provisioned(model, other)
        if not number:
            return True
        if self._provisioned(model, function_version) != number:
            self._functions.put_provisioned_concurrency_config(
                FunctionName=self._name(model), Qualifier=function_version, ProvisionedConcurrentExecutions=number
            )
        provisioned = self._functions.get_provisioned_concurrency_config(
            FunctionName=self._name(model), Qualifier=function_version
        )
        if provisioned["Status"] == "FAILED":
            why = provisioned.get("StatusReason", "Lambda says no reason")
            message = f"{number} environments of function version {function_version} cannot be kept warm: {why}."
            raise Unavailable(message, "Read the function's log, and look at the account's concurrency.")
        return provisioned["Status"] == "READY"

    def unprovision(self, model: str, function_version: str) -> None:
        if self._provisioned(model, function_version):
            self._functions.delete_provisioned_concurrency_config(
                FunctionName=self._name(model), Qualifier=function_version
            )

    def function_versions(self, model: str) -> Sequence[str]:
        pages = self._functions.get_paginator("list_versions_by_function").paginate(FunctionName=self._name(model))
        numbers = [version["Version"] for page in pages for version in page["Versions"]]
        return sorted((number for number in numbers if number != LATEST), key=int)

    def delete_function_version(self, model: str, function_version: str) -> None:
        known = self._functions.exceptions
        try:
            self._functions.delete_function(FunctionName=self._name(model), Qualifier=function_version)
        except known.ResourceNotFoundException:
            return
        except known.ResourceConflictException as error:
            message = f"An alias of {model} leads to function version {function_version}."
            raise Conflict(message, "Let the next release prune it.") from error

    def layer_versions(self, model: str) -> Sequence[str]:
        pages = self._functions.get_paginator("list_layer_versions").paginate(LayerName=self._layer(model))
        layers = [layer for page in pages for layer in page["LayerVersions"]]
        return [layer["LayerVersionArn"] for layer in sorted(layers, key=lambda layer: layer["Version"])]

    def delete_layer_version(self, model: str, layer_arn: str) -> None:
        number = int(layer_arn.rpartition(":")[2])
        self._functions.delete_layer_version(LayerName=self._layer(model), VersionNumber=number)

    def _provisioned(self, model: str, function_version: str) -> int:
        """How many environments are asked to be kept warm."""
        try:
            provisioned = self._functions.get_provisioned_concurrency_config(
                FunctionName=self._name(model), Qualifier=function_version
            )
        except (
            self._functions.exceptions.ProvisionedConcurrencyConfigNotFoundException,
            self._functions.exceptions.ResourceNotFoundException,
        ):
            return 0
        return provisioned["RequestedProvisionedConcurrentExecutions"]

    def _name(self, model: str) -> str:
        return f"serin-{self._stage}-predict-{model}"

    def _layer(self, model: str) -> str:
        return f"serin-{self._stage}-model-{model}"
