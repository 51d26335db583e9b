"""CloudFormation's requests; stacks are made in infra/local/cloudformation."""

from __future__ import annotations

from infra.local.iam.requests import others
from infra.local.services.cloudformation.custom import CustomResource
from infra.local.services.cloudformation.metadata import CdkMetadata
from infra.local.services.service import Service

SERVICE = Service(
    "cloudformation",
    types=(CdkMetadata, CustomResource),
    patches=("infra.local.services.cloudformation.patches",),
    permissions=others.cloudformation,
)
