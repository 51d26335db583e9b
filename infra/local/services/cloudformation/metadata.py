"""Resources that only record something, with no behaviour of their own."""

from __future__ import annotations

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted


class CdkMetadata(ResourceType):
    """Which constructs a template was made with; AWS's own statistics."""

    type = "AWS::CDK::Metadata"
    properties = "Analytics"

    def create(self, wanted: Wanted) -> Made:
        """Nothing is made."""
        return Made(wanted.name)

    def delete(self, deployed: Deployed) -> None:
        """Nothing is taken away."""
