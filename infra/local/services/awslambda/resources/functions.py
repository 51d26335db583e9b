"""Lambda functions, layers, versions and aliases, complete."""

from __future__ import annotations

import base64
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaBackend, LambdaFunction, lambda_backends

from infra.local.cloudformation.resource import Deployed, HalfMade, Made, ResourceType, Wanted, tags_of
from infra.local.services.awslambda.api.settling import settle
from serin.domain.errors import Conflict, Invalid

_CONFIGURATION: dict[str, Any] = {
    "DeadLetterConfig": {},
    "Description": "",
    "Environment": {},
    "Handler": "",
    "Layers": [],
    "LoggingConfig": {"LogFormat": "Text"},
    "MemorySize": 128,
    "Role": "",
    "Runtime": "",
    "Timeout": 3,
}
"""What UpdateFunctionConfiguration sets, with what Lambda takes where a template says nothing."""


def lambda_backend(one: Wanted | Deployed) -> LambdaBackend:
    """moto's Lambda of the resource's region."""
    return lambda_backends[one.account][one.region]


def name_of(reference: str) -> str:
    """The bare name in a name or ARN, with or without a qualifier."""
    return reference.rsplit(":function:", maxsplit=1)[-1].split(":", maxsplit=1)[0]


class Function(ResourceType):
    """moto drops Layers, Tags, DeadLetterConfig, Architectures, EphemeralStorage and LoggingConfig."""

    type = "AWS::Lambda::Function"
    properties = (
        "Architectures Code DeadLetterConfig Description Environment EphemeralStorage FunctionName Handler Layers "
        "LoggingConfig MemorySize ReservedConcurrentExecutions Role Runtime Tags Timeout TracingConfig"
    )
    name_property = "FunctionName"
    longest_name = 64
    replaced_by = "FunctionName PackageType"

    def create(self, wanted: Wanted) -> Made:
        """The code is where it was uploaded, or a text in the template."""
        backend = lambda_backend(wanted)
        if wanted.name in backend._lambdas._functions:
            raise Conflict(f"Function already exist: {wanted.name}", "Choose another name, or delete that function.")
        spec = {**wanted.properties, "FunctionName": wanted.name, "Code": _code(wanted)}
        spec["Tags"] = tags_of(wanted.properties)
        for key in ("MemorySize", "Timeout"):
            if key in spec:
                spec[key] = int(spec[key])
        if spec.get("PackageType") == "Image":
            raise Invalid(
                f"{wanted.name} is a container image.", "Package it as a zip; the local cloud runs no container."
            )
        return Made(wanted.name, {"Arn": backend.create_function(spec).function_arn})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """`$LATEST` alone: what was published stays as it is, and so does every alias.

        CloudFormation waits for changes under way, its own among them.
        """
        function = lambda_backend(wanted).get_function(before.physical_id)
        settle(function)
        settings = {**_CONFIGURATION, **{key: wanted.properties[key] for key in _CONFIGURATION if wanted.get(key)}}
        settings["MemorySize"], settings["Timeout"] = int(settings["MemorySize"]), int(settings["Timeout"])
        settings["LoggingConfig"] = {**_CONFIGURATION["LoggingConfig"], **settings["LoggingConfig"]}
        if any(before.get(key) != wanted.get(key) for key in _CONFIGURATION):
            function.update_configuration(settings)
        if before.get("Code") != wanted.get("Code") or before.get("Architectures") != wanted.get("Architectures"):
            function.architectures = wanted.get("Architectures", ["x86_64"])
            function.update_function_code(_code(wanted))
        _settle(function, wanted)
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """With all its versions."""
        backend = lambda_backend(deployed)
        if deployed.physical_id in backend._lambdas._functions:
            backend.delete_function(deployed.physical_id)


def _settle(function: LambdaFunction, wanted: Wanted) -> None:
    """What the API sets by calls of their own, or moto only at creation."""
    function.tags = tags_of(wanted.properties)
    function.reserved_concurrency = wanted.get("ReservedConcurrentExecutions")
    function.ephemeral_storage = int((wanted.get("EphemeralStorage") or {}).get("Size", 512))
    function.tracing_config = wanted.get("TracingConfig", {"Mode": "PassThrough"})
    group = (wanted.get("LoggingConfig") or {}).get("LogGroup")
    function.logs_group_name = group or f"/aws/lambda/{function.function_name}"


def _code(wanted: Wanted) -> dict[str, Any]:
    code = dict(wanted.properties["Code"])
    if "ZipFile" in code:
        code["ZipFile"] = base64.b64encode(LambdaFunction._create_zipfile_from_plaintext_code(code["ZipFile"]))
    return code


class LayerVersion(ResourceType):
    """moto's Ref is no ARN, and drops CompatibleArchitectures. A version never changes."""

    type = "AWS::Lambda::LayerVersion"
    properties = "CompatibleArchitectures CompatibleRuntimes Content Description LayerName LicenseInfo"
    name_property = "LayerName"
    unique_name = False
    longest_name = 140
    replaced_by = "*"

    def create(self, wanted: Wanted) -> Made:
        """The next version of the layer."""
        made = lambda_backend(wanted).publish_layer_version({**wanted.properties, "LayerName": wanted.name})
        return Made(made.arn, {"LayerVersionArn": made.arn})

    def delete(self, deployed: Deployed) -> None:
        """Functions that use it keep it: they were given its content."""
        *_, name, number = deployed.physical_id.split(":")
        lambda_backend(deployed).delete_layer_version(name, number)


class Version(ResourceType):
    """moto's Ref and attributes fail. A version never changes."""

    type = "AWS::Lambda::Version"
    properties = "CodeSha256 Description FunctionName ProvisionedConcurrencyConfig"
    replaced_by = "*"

    def create(self, wanted: Wanted) -> Made:
        """What `$LATEST` is now, or the newest version when that is the same."""
        backend, name = lambda_backend(wanted), name_of(wanted.properties["FunctionName"])
        expected, found = wanted.get("CodeSha256"), backend.get_function(name).code_sha_256
        if expected and expected != found:
            raise Invalid(
                f"CodeSHA256 ({expected}) is different from current CodeSHA256 in $LATEST ({found}). "
                "Please try again with the CodeSHA256 in $LATEST.",
                "Publish what $LATEST holds.",
            )
        made = backend.publish_version(name, wanted.get("Description", ""))
        if made is None:
            raise Invalid(f"Function {name} has no code to publish.", "Create the function before its version.")
        _keep_new_warm(wanted, str(made.version), made.function_arn)
        return Made(made.function_arn, {"Version": str(made.version), "FunctionArn": made.function_arn})

    def delete(self, deployed: Deployed) -> None:
        """One that an alias points to stays; Lambda refuses."""
        name, number = name_of(deployed.physical_id), deployed.physical_id.rsplit(":", maxsplit=1)[-1]
        backend = lambda_backend(deployed)
        if name in backend._lambdas._functions and backend._lambdas._get_version(name, number) is not None:
            backend.delete_function(name, number)


class Alias(ResourceType):
    """moto skips the type."""

    type = "AWS::Lambda::Alias"
    properties = "Description FunctionName FunctionVersion Name ProvisionedConcurrencyConfig RoutingConfig"
    name_property = "Name"
    replaced_by = "FunctionName Name"

    def create(self, wanted: Wanted) -> Made:
        """On the version the template names."""
        made = lambda_backend(wanted).create_alias(
            wanted.properties["Name"],
            name_of(wanted.properties["FunctionName"]),
            str(wanted.properties["FunctionVersion"]),
            wanted.get("Description", ""),
            _routing(wanted),  # type: ignore[arg-type]
        )
        _keep_new_warm(wanted, str(wanted.properties["Name"]), made.arn)
        return Made(made.arn, {"AliasArn": made.arn})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """The template's version and weights take the place of whatever it has now."""
        lambda_backend(wanted).update_alias(
            before.properties["Name"],
            name_of(wanted.properties["FunctionName"]),
            str(wanted.properties["FunctionVersion"]),
            wanted.get("Description", ""),
            _routing(wanted),  # type: ignore[arg-type]
        )
        _keep_warm(wanted, str(before.properties["Name"]))
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """The function may be gone already, and its aliases with it."""
        try:
            lambda_backend(deployed).delete_alias(
                deployed.properties["Name"], name_of(deployed.properties["FunctionName"])
            )
        except UnknownFunctionException:
            return


def _keep_new_warm(wanted: Wanted, qualifier: str, arn: str) -> None:
    """What was just made stays half-made when its processes cannot be had."""
    try:
        _keep_warm(wanted, qualifier)
    except Exception as error:
        raise HalfMade(arn, error) from error


def _keep_warm(wanted: Wanted, qualifier: str) -> None:
    """As many processes as the template provisions for a version or an alias; none where it says nothing."""
    backend: Any = lambda_backend(wanted)
    name, config = name_of(wanted.properties["FunctionName"]), wanted.get("ProvisionedConcurrencyConfig")
    if config:
        backend.put_provisioned_concurrency(name, qualifier, int(config["ProvisionedConcurrentExecutions"]))
    else:
        backend.delete_provisioned_concurrency(name, qualifier)


def _routing(wanted: Wanted) -> dict[str, Any]:
    """A template lists weights; the API maps them."""
    listed = (wanted.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or []
    weights = {str(item["FunctionVersion"]): float(item["FunctionWeight"]) for item in listed}
    return {"AdditionalVersionWeights": weights} if weights else {}
