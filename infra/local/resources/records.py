"""Resources that only record something, with no behaviour of their own."""

from __future__ import annotations

from infra.local.resources.model import Made, Wanted, resource


@resource("AWS::CDK::Metadata")
def cdk_metadata(wanted: Wanted) -> Made:
    """Which constructs a template was made with; AWS's own statistics."""
    return Made(wanted.name)
