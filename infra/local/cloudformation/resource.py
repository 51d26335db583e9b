"""A CloudFormation resource type: how one is made, changed, taken away, and which changes need a new one.

class Topic(ResourceType):
    type = "AWS::SNS::Topic"
    name_property = "TopicName"
    properties = "DisplayName Tags TopicName"
    replaced_by = "TopicName"
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from serin.domain.errors import Invalid, SerinError


@dataclass(frozen=True)
class Wanted:
    """A resource of a template with every reference filled in; `name` is generated where the template gives none."""

    name: str
    properties: Mapping[str, Any]
    account: str
    region: str
    logical_id: str = ""
    stack_id: str = ""
    resource_type: str = ""

    def get(self, key: str, default: Any = None) -> Any:
        """A property of the template."""
        return self.properties.get(key, default)


@dataclass(frozen=True)
class Deployed:
    """A resource that was made: what it was made of, and what was answered for it."""

    physical_id: str
    name: str
    properties: Mapping[str, Any]
    attributes: Mapping[str, Any]
    account: str
    region: str
    logical_id: str = ""
    stack_id: str = ""
    resource_type: str = ""

    def get(self, key: str, default: Any = None) -> Any:
        """A property it was made with."""
        return self.properties.get(key, default)


@dataclass(frozen=True)
class Made:
    """What `Ref` and `Fn::GetAtt` answer."""

    ref: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


class HalfMade(SerinError):
    """Making a resource failed when there may be something of it already, which the rollback has to take away."""

    kind = "deploy_failed"

    def __init__(self, physical_id: str, cause: Exception) -> None:
        message, remedy = getattr(cause, "message", None), getattr(cause, "remedy", None)
        super().__init__(str(message or cause), str(remedy or "Correct the resource and deploy again."))
        self.physical_id = physical_id


class ResourceType(ABC):
    """One type. Its objects hold nothing: what was made is in the stack's records and in the service."""

    type: ClassVar[str]
    properties: ClassVar[str]
    """The properties it understands, separated by spaces; `*` for every one. Another one stops the deploy."""
    name_property: ClassVar[str] = ""
    """The property that names the resource; empty when none does."""
    unique_name: ClassVar[bool] = True
    """Whether a second one of that name is refused, so that one with a name of its own cannot be replaced."""
    longest_name: ClassVar[int] = 255
    replaced_by: ClassVar[str] = ""
    """The properties, separated by spaces, whose change needs a new resource; `*` for every one."""
    volatile: ClassVar[bool] = False
    """Whether an update in place may change what `Fn::GetAtt` answers."""

    def understands(self, name: str) -> bool:
        """Whether a template may give that property."""
        return self.properties == "*" or name in self.properties.split()

    def replaces(self, changed: str) -> bool:
        """Whether a change of that property needs a new resource."""
        return self.replaced_by == "*" or changed in self.replaced_by.split()

    def generated_name(self, stack: str, logical_id: str, random: str) -> str:
        """A name for a resource whose template gives none."""
        room = self.longest_name - len(random) - 1
        return f"{stack}-{logical_id}"[:room].rstrip("-") + f"-{random}"

    @abstractmethod
    def create(self, wanted: Wanted) -> Made:
        """Make it."""

    def update(self, wanted: Wanted, before: Deployed) -> Made:  # noqa: ARG002 - read by those that change what is there
        """Change it in place; only called when no change needs a new one. What is not in `wanted` has its default.

        Where a service's create writes over what is there, creating is changing.
        """
        return self.create(wanted)

    def adopt(self, wanted: Wanted) -> Made:
        """What there is of it already, made by somebody else, as if it had been made here; nothing of it changes.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-import-supported-resources.html
        """
        raise Invalid(
            f"ResourceTypes [{wanted.resource_type}] are not supported for Import",
            "The local cloud imports buckets and tables.",
        )

    @abstractmethod
    def delete(self, deployed: Deployed) -> None:
        """Take it away; one that is no longer there is not an error."""


def tags_of(properties: Mapping[str, Any]) -> dict[str, str]:
    """A template's tags, a list or already a mapping, by key."""
    tags = properties.get("Tags") or {}
    if isinstance(tags, Mapping):
        return {key: str(value) for key, value in tags.items()}
    return {tag["Key"]: str(tag["Value"]) for tag in tags}


def is_true(value: Any) -> bool:
    """A template's boolean, which may be written as text."""
    return str(value).lower() == "true"
