"""CloudFormation: refuse what is unknown, create in dependency order, say which resource failed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.cloudformation import models, parsing
from moto.core.common_models import CloudFormationModel

from infra.local.patches.registry import replace, wrap
from infra.local.resources import resource_class
from serin.domain.errors import Invalid, SerinError


@wrap(parsing, "resource_class_from_type")
def resource_class_from_type(original: Callable[[str], Any], resource_type: str) -> type[CloudFormationModel]:
    """moto skips a type it does not know and reports CREATE_COMPLETE; here it stops the deploy."""
    known = resource_class(resource_type)
    if known is not None:
        return known
    found: type[CloudFormationModel] | None = original(resource_type)
    if found is None:
        raise Invalid(
            f"The local cloud cannot run {resource_type}.",
            "Add it to infra/local/resources with its properties, or leave it out of the template.",
        )
    return found


@wrap(parsing, "resource_name_property_from_type")
def resource_name_property_from_type(original: Callable[[str], str | None], resource_type: str) -> str | None:
    """The name property of our own types is not in moto's map."""
    known = resource_class(resource_type)
    return known.cloudformation_name_type() if known else original(resource_type)


@wrap(parsing.ResourceMap, "__getitem__")
def get_resource(original: Callable[..., Any], resources: parsing.ResourceMap, key: str) -> Any:
    """moto creates what a Ref needs at once, without that resource's own DependsOn."""
    definition = resources._resource_json_map.get(key)
    if definition is not None and key not in resources._parsed_resources:
        wanted = definition.get("DependsOn", [])
        for dependency in [wanted] if isinstance(wanted, str) else wanted:
            if dependency in resources._resource_json_map:
                get_resource(original, resources, dependency)
    return original(resources, key)


@wrap(parsing, "parse_and_create_resource")
def parse_and_create_resource(
    original: Callable[..., Any], logical_id: str, resource_json: Mapping[str, Any], *args: Any, **kwargs: Any
) -> Any:
    """moto lets the bare error through; the reader needs the resource it came from."""
    try:
        return original(logical_id, resource_json, *args, **kwargs)
    except ResourceFailed:
        raise
    except Exception as error:
        raise ResourceFailed(logical_id, resource_json["Type"], error) from error


@wrap(parsing, "clean_json")
def clean_json(original: Callable[..., Any], resource_json: Any, resources_map: Any) -> Any:
    """moto turns a GetAtt it does not know into nothing, with a warning; CloudFormation refuses the template."""
    if isinstance(resource_json, dict) and "Fn::GetAtt" in resource_json:
        value = original(resource_json, resources_map)
        if value is None:
            name, attribute = resource_json["Fn::GetAtt"]
            raise Invalid(
                f"{name} has no attribute {attribute} in the local cloud.", "Add it in infra/local/resources."
            )
        return value
    return original(resource_json, resources_map)


@replace(models.Stack, "parse_template")
def parse_template(template: str) -> Any:
    """moto reads JSON templates with a pure Python YAML parser, a second for each large stack."""
    try:
        return json.loads(template)
    except ValueError:
        return _parse_yaml(template)


def _parse_yaml(template: str) -> Any:
    import yaml
    from moto.cloudformation.utils import yaml_tag_constructor

    yaml.add_multi_constructor("", yaml_tag_constructor)
    return yaml.load(template, Loader=yaml.Loader)


class ResourceFailed(SerinError):
    """One resource of a stack could not be created."""

    kind = "deploy_failed"

    def __init__(self, logical_id: str, resource_type: str, cause: Exception) -> None:
        reason = cause.message if isinstance(cause, SerinError) else str(cause) or type(cause).__name__
        remedy = cause.remedy if isinstance(cause, SerinError) else "Correct the resource and deploy again."
        super().__init__(f"{logical_id} ({resource_type}): {reason}", remedy)
        self.logical_id = logical_id
        self.resource_type = resource_type
