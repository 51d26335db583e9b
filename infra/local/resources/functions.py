"""Lambda functions, layers, versions, aliases and their settings, complete."""

from __future__ import annotations

import base64
from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction, lambda_backends

from infra.local.resources.model import Made, Wanted, resource
from serin.domain.errors import Invalid


def _backend(wanted: Wanted) -> LambdaBackend:
    return lambda_backends[wanted.account][wanted.region]


def _name_of(reference: str) -> str:
    """The bare name in a name or ARN, with or without a qualifier."""
    return reference.rsplit(":function:", maxsplit=1)[-1].split(":", maxsplit=1)[0]


@resource("AWS::Lambda::Function", name="FunctionName")
def function(wanted: Wanted) -> Made:
    """moto drops Layers, Tags, DeadLetterConfig, Architectures, EphemeralStorage and LoggingConfig."""
    backend = _backend(wanted)
    spec = {**wanted.properties, "FunctionName": wanted.name, "Code": dict(wanted.properties["Code"])}
    spec["Tags"] = {tag["Key"]: tag["Value"] for tag in wanted.get("Tags", [])}
    for key in ("MemorySize", "Timeout"):
        if key in spec:
            spec[key] = int(spec[key])
    if "ZipFile" in spec["Code"]:
        source = LambdaFunction._create_zipfile_from_plaintext_code(spec["Code"]["ZipFile"])
        spec["Code"]["ZipFile"] = base64.b64encode(source)
    if spec.get("PackageType") == "Image":
        raise Invalid(f"{wanted.name} is a container image.", "Package it as a zip; the local cloud runs no container.")
    made = backend.create_function(spec)
    return Made(wanted.name, {"Arn": made.function_arn}, delete=lambda: backend.delete_function(wanted.name))


@resource("AWS::Lambda::LayerVersion", name="LayerName")
def layer_version(wanted: Wanted) -> Made:
    """moto's Ref is no ARN, and drops CompatibleArchitectures."""
    backend = _backend(wanted)
    made = backend.publish_layer_version({**wanted.properties, "LayerName": wanted.name})
    number = str(made.version)
    return Made(
        made.arn, {"LayerVersionArn": made.arn}, delete=lambda: backend.delete_layer_version(wanted.name, number)
    )


@resource("AWS::Lambda::Version")
def version(wanted: Wanted) -> Made:
    """moto's Ref and attributes fail."""
    backend = _backend(wanted)
    name = _name_of(wanted.properties["FunctionName"])
    made = backend.publish_version(name, wanted.get("Description", ""))
    if made is None:
        raise Invalid(f"Function {name} has no code to publish.", "Create the function before its version.")
    number = str(made.version)
    return Made(
        made.function_arn,
        {"Version": number, "FunctionArn": made.function_arn},
        delete=lambda: backend.delete_function(name, number),
    )


@resource("AWS::Lambda::Alias", name="Name")
def alias(wanted: Wanted) -> Made:
    """moto skips the type."""
    backend = _backend(wanted)
    name = _name_of(wanted.properties["FunctionName"])
    made = backend.create_alias(
        wanted.properties["Name"],
        name,
        str(wanted.properties["FunctionVersion"]),
        wanted.get("Description", ""),
        _routing(wanted.get("RoutingConfig")),  # type: ignore[arg-type]
    )
    return Made(made.arn, {"AliasArn": made.arn}, delete=lambda: backend.delete_alias(made.name, name))


def _routing(config: Any) -> dict[str, Any] | None:
    """A template lists weights; the API maps them."""
    if not config:
        return None
    weights = {
        str(item["FunctionVersion"]): float(item["FunctionWeight"]) for item in config["AdditionalVersionWeights"]
    }
    return {"AdditionalVersionWeights": weights}


@resource("AWS::Lambda::EventInvokeConfig")
def event_invoke_config(wanted: Wanted) -> Made:
    """moto skips the type. Settings belong to the function, or to one qualifier of it."""
    name = _name_of(wanted.properties["FunctionName"])
    if wanted.properties["Qualifier"] != "$LATEST":
        raise Invalid(
            f"{name} has asynchronous settings for {wanted.properties['Qualifier']}.",
            "The local cloud keeps them for $LATEST only.",
        )
    config = {
        key: wanted.properties[key]
        for key in ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
        if key in wanted.properties
    }
    backend = _backend(wanted)
    backend.put_function_event_invoke_config(name, config)
    return Made(f"{name}-event-invoke-config", delete=lambda: backend.delete_function_event_invoke_config(name))
