"""Dashboards."""

from __future__ import annotations

from moto.cloudwatch.models import cloudwatch_backends

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted


class Dashboard(ResourceType):
    """A name and a body."""

    type = "AWS::CloudWatch::Dashboard"
    properties = "DashboardBody DashboardName"
    name_property = "DashboardName"
    replaced_by = "DashboardName"

    def create(self, wanted: Wanted) -> Made:
        """PutDashboard writes over one that is there."""
        backend = cloudwatch_backends[wanted.account][wanted.region]
        return Made(backend.put_dashboard(name=wanted.name, body=wanted.properties["DashboardBody"]).name)

    def delete(self, deployed: Deployed) -> None:
        """Forget it."""
        cloudwatch_backends[deployed.account][deployed.region].dashboards.pop(deployed.physical_id, None)
