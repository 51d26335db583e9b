"""Parameters of the Parameter Store."""

from __future__ import annotations

from typing import Any

from moto.ssm.exceptions import ParameterNotFound
from moto.ssm.models import SimpleSystemManagerBackend, ssm_backends

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted
from serin.domain.errors import Conflict


def _backend(one: Wanted | Deployed) -> SimpleSystemManagerBackend:
    return ssm_backends[one.account][one.region]


class Parameter(ResourceType):
    """moto updates a parameter by deleting it, and its history with it."""

    type = "AWS::SSM::Parameter"
    properties = "AllowedPattern Description Name Tier Type Value"
    name_property = "Name"
    replaced_by = "Name"
    volatile = True

    def create(self, wanted: Wanted) -> Made:
        """A name that is taken is refused."""
        if _backend(wanted).get_parameter(wanted.name) is not None:
            raise Conflict(f"{wanted.name} already exists.", "Delete the parameter, or give this one another name.")
        return self._put(wanted.name, wanted, overwrite=False)

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """The parameter's next version."""
        return self._put(before.physical_id, wanted, overwrite=True)

    def delete(self, deployed: Deployed) -> None:
        """With its history."""
        try:
            _backend(deployed).delete_parameter(deployed.physical_id)
        except ParameterNotFound:
            return

    def _put(self, name: str, wanted: Wanted, overwrite: bool) -> Made:
        settings: dict[str, Any] = {
            "description": wanted.get("Description", ""),
            "parameter_type": wanted.properties["Type"],
            "allowed_pattern": wanted.get("AllowedPattern", ""),
            "keyid": "",
            "tags": [],
            "data_type": "text",
            "tier": wanted.get("Tier"),
            "policies": None,
        }
        value = str(wanted.properties["Value"])
        _backend(wanted).put_parameter(name=name, value=value, overwrite=overwrite, **settings)
        return Made(name, {"Type": wanted.properties["Type"], "Value": value})
