"""A CloudFormation resource as one function: what is wanted in, what was made out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.core.common_models import CloudFormationModel

from serin.domain.errors import Unavailable


@dataclass(frozen=True)
class Wanted:
    """A resource of a template with every reference filled in; `name` is generated where the template gives none."""

    name: str
    properties: Mapping[str, Any]
    account: str
    region: str
    logical_id: str = ""

    def get(self, key: str, default: Any = None) -> Any:
        """A property of the template."""
        return self.properties.get(key, default)


@dataclass(frozen=True)
class Made:
    """What `Ref` and `Fn::GetAtt` answer, and how the resource is taken away again."""

    ref: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    delete: Callable[[], object] | None = None


Maker = Callable[[Wanted], Made]

REGISTRY: dict[str, type[CloudFormationModel]] = {}


class Resource(CloudFormationModel):
    """moto's shape of a resource around a `Maker`; the subclasses are made by `resource`."""

    resource_type = ""
    name_property = ""
    maker: Maker

    def __init__(self, made: Made) -> None:
        self.made = made

    @property
    def physical_resource_id(self) -> str:
        """What `Ref` answers."""
        return self.made.ref

    @classmethod
    def cloudformation_type(cls) -> str:
        """`AWS::Service::Type`"""
        return cls.resource_type

    @classmethod
    def cloudformation_name_type(cls) -> str:
        """The property that names the resource; empty when none does."""
        return cls.name_property

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:  # noqa: ARG003 - known only when made
        """Attributes are checked when they are asked for."""
        return True

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        """What `Fn::GetAtt` answers."""
        if attribute_name not in self.made.attributes:
            raise UnformattedGetAttTemplateException
        return self.made.attributes[attribute_name]

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Resource:
        """Make it."""
        properties = cloudformation_json.get("Properties", {})
        wanted = Wanted(resource_name, properties, account_id, region_name, kwargs.get("LogicalId", ""))
        return cls(cls.maker(wanted))

    @classmethod
    def update_from_cloudformation_json(cls, *_args: Any, **_kwargs: Any) -> Resource:
        """Changing a deployed resource in place is not something this local cloud does."""
        raise Unavailable(
            f"The local cloud cannot change a deployed {cls.resource_type}.",
            "Stop it and start it with the new template.",
        )

    def is_created(self) -> bool:
        """Everything is made at once."""
        return True

    def delete(self, _account_id: str, _region_name: str) -> None:
        """Take it away again, where that is more than forgetting it."""
        if self.made.delete is not None:
            self.made.delete()


def resource(resource_type: str, name: str = "") -> Callable[[Maker], Maker]:
    """Register a maker for a CloudFormation type; `name` is the property that holds the resource's name."""

    def declare(maker: Maker) -> Maker:
        title = resource_type.replace("AWS::", "").replace("::", "")
        attributes = {
            "resource_type": resource_type,
            "name_property": name,
            "maker": staticmethod(maker),
            "__module__": __name__,
        }
        REGISTRY[resource_type] = type(title, (Resource,), attributes)
        return maker

    return declare
