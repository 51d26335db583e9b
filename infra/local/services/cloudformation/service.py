"""CloudFormation's requests; stacks are made in infra/local/cloudformation."""

from __future__ import annotations

from infra.local.services.cloudformation.custom import CustomResource
from infra.local.services.cloudformation.keeping import KEEPING
from infra.local.services.cloudformation.metadata import CdkMetadata
from infra.local.services.cloudformation.permissions import permissions
from infra.local.services.service import Service

SERVICE = Service(
    "cloudformation",
    types=(CdkMetadata, CustomResource),
    patches=("infra.local.services.cloudformation.patches",),
    permissions=permissions,
    frozen=KEEPING,
)
