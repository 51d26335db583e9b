"""SageMaker, as far as training jobs."""

from __future__ import annotations

from infra.local.services.sagemaker.keeping import KEEPING
from infra.local.services.sagemaker.permissions import permissions
from infra.local.services.service import Service

SERVICE = Service(
    "sagemaker",
    patches=("infra.local.services.sagemaker.patches",),
    permissions=permissions,
    frozen=KEEPING,
)
