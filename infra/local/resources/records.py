"""Resources that only record something, with no behaviour of their own."""

from __future__ import annotations

from infra.local.resources.model import Deployed, Made, ResourceType, Wanted


class CdkMetadata(ResourceType):
    """Which constructs a template was made with; AWS's own statistics."""

    type = "AWS::CDK::Metadata"

    def create(self, wanted: Wanted) -> Made:
        """Nothing is made."""
        return Made(wanted.name)

    def delete(self, deployed: Deployed) -> None:
        """Nothing is taken away."""
