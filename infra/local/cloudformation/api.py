"""CloudFormation's API: requests in, the service's answers out. It stands in the place of moto's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from infra.local.cloudformation import change_sets, service, views
from infra.local.cloudformation.bodies import body_of
from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.imports import imports_of
from infra.local.cloudformation.quotas import check_settings, check_stack_name
from infra.local.cloudformation.records import Settings, Stack
from infra.local.cloudformation.store import exports, find_stack, importers, records, stack_of

_PAGE = 100


class CloudFormationApi(BaseResponse):
    """One method an action, named as moto's dispatcher looks them up."""

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    def create_stack(self) -> ActionResult:
        """CreateStack"""
        check_stack_name(self._get_param("StackName"))
        stack = service.create_stack(
            self.region,
            self._get_param("StackName"),
            self._body(),
            self._settings(None),
            service.in_background,
            protected=self._get_bool_param("EnableTerminationProtection", False),
        )
        return ActionResult({"StackId": stack.id})

    def update_stack(self) -> ActionResult:
        """UpdateStack"""
        before = stack_of(self.region, self._get_param("StackName"), "Stack [{}] does not exist")
        body = None if self._get_bool_param("UsePreviousTemplate", False) else self._body()
        stack = service.update_stack(self.region, before.id, body, self._settings(before), service.in_background)
        return ActionResult({"StackId": stack.id})

    def delete_stack(self) -> ActionResult:
        """DeleteStack"""
        if self._get_param("DeletionMode", "STANDARD") != "STANDARD":
            raise ValidationError("The local cloud deletes stacks in DeletionMode STANDARD only.")
        retained = tuple(self._get_param("RetainResources", []))
        service.delete_stack(self.region, self._get_param("StackName"), service.in_background, retained)
        return EmptyResult()

    def describe_stacks(self) -> ActionResult:
        """DescribeStacks"""
        name = self._get_param("StackName")
        stacks = [self._stack()] if name else [one for one in records(self.region).stacks.values() if one.exists]
        return ActionResult({"Stacks": [views.stack(one) for one in reversed(stacks)]})

    def list_stacks(self) -> ActionResult:
        """ListStacks"""
        wanted = self._get_param("StackStatusFilter", [])
        stacks = [one for one in records(self.region).stacks.values() if not wanted or one.status in wanted]
        return ActionResult({"StackSummaries": [views.summary(one) for one in reversed(stacks)]})

    def describe_stack_events(self) -> ActionResult:
        """DescribeStackEvents"""
        stack = self._stack("Stack [{}] does not exist")
        events, token = _page([views.event(stack, one) for one in reversed(stack.events)], self._get_param("NextToken"))
        return ActionResult({"StackEvents": events, "NextToken": token})

    def describe_stack_resource(self) -> ActionResult:
        """DescribeStackResource"""
        stack, name = self._stack("Stack '{}' does not exist"), self._get_param("LogicalResourceId")
        if name not in stack.resources:
            raise ValidationError(f"Resource {name} does not exist for stack {stack.name}")
        return ActionResult({"StackResourceDetail": views.resource(stack, stack.resources[name])})

    def describe_stack_resources(self) -> ActionResult:
        """DescribeStackResources"""
        wanted, physical_id = self._get_param("LogicalResourceId"), self._get_param("PhysicalResourceId")
        stack = self._stack_with(physical_id) if physical_id else self._stack()
        resources = [one for one in stack.resources.values() if wanted in (None, one.logical_id)]
        return ActionResult({"StackResources": [views.resource(stack, one) for one in resources]})

    def list_stack_resources(self) -> ActionResult:
        """ListStackResources"""
        stack = self._stack()
        resources, token = _page(
            [views.resource(stack, one) for one in stack.resources.values()], self._get_param("NextToken")
        )
        return ActionResult({"StackResourceSummaries": resources, "NextToken": token})

    def get_template(self) -> ActionResult:
        """GetTemplate"""
        if change_set := self._get_param("ChangeSetName"):
            change = change_sets.find_change_set(self.region, change_set, self._get_param("StackName"))
            return ActionResult({"TemplateBody": change.template, "StagesAvailable": ["Original", "Processed"]})
        return ActionResult({"TemplateBody": self._stack().template, "StagesAvailable": ["Original", "Processed"]})

    def get_template_summary(self) -> ActionResult:
        """GetTemplateSummary"""
        body = self._stack().template if self._get_param("StackName") else self._body()
        return ActionResult(views.template(service.checked_template("", body)))

    def validate_template(self) -> ActionResult:
        """ValidateTemplate"""
        seen = views.template(service.checked_template("", self._body()))
        return ActionResult({key: seen[key] for key in ("Parameters", "Description", "Capabilities")})

    def list_exports(self) -> ActionResult:
        """ListExports"""
        exported = [views.export(stack, output) for stack, output in exports(self.region)]
        page, token = _page(exported, self._get_param("NextToken"))
        return ActionResult({"Exports": page, "NextToken": token})

    def list_imports(self) -> ActionResult:
        """ListImports"""
        name = self._get_param("ExportName")
        importing = importers(self.region, name)
        if not importing:
            raise ValidationError(f"Export '{name}' is not imported by any stack.")
        return ActionResult({"Imports": importing})

    def create_change_set(self) -> ActionResult:
        """CreateChangeSet"""
        kind, name = self._get_param("ChangeSetType") or "UPDATE", self._get_param("StackName")
        if self._get_bool_param("ImportExistingResources", False):
            raise ValidationError("The local cloud imports resources that are named to it: ResourcesToImport.")
        before = find_stack(self.region, name)
        if before is None:
            check_stack_name(name)
        body = None if self._get_bool_param("UsePreviousTemplate", False) else self._body()
        made = change_sets.create_change_set(
            self.region,
            name,
            self._get_param("ChangeSetName"),
            kind,
            body,
            self._settings(before),
            self._get_param("Description"),
            imports_of(self._get_param("ResourcesToImport", [])),
        )
        return ActionResult({"Id": made.id, "StackId": made.stack_id})

    def describe_change_set(self) -> ActionResult:
        """DescribeChangeSet"""
        change_set = self._change_set()
        return ActionResult(views.change_set(stack_of(self.region, change_set.stack_id), change_set))

    def execute_change_set(self) -> ActionResult:
        """ExecuteChangeSet"""
        change_sets.execute_change_set(
            self.region,
            self._get_param("ChangeSetName"),
            self._get_param("StackName"),
            service.in_background,
            disable_rollback=self._get_bool_param("DisableRollback", False),
        )
        return EmptyResult()

    def delete_change_set(self) -> ActionResult:
        """DeleteChangeSet"""
        change_sets.delete_change_set(self.region, self._get_param("ChangeSetName"), self._get_param("StackName"))
        return EmptyResult()

    def list_change_sets(self) -> ActionResult:
        """ListChangeSets"""
        stack = self._stack("Stack [{}] does not exist")
        change_sets = [one for one in records(self.region).change_sets.values() if one.stack_id == stack.id]
        return ActionResult({"Summaries": [views.change_set_summary(stack, one) for one in change_sets]})

    def update_termination_protection(self) -> ActionResult:
        """UpdateTerminationProtection"""
        stack = self._stack()
        stack.termination_protection = self._get_bool_param("EnableTerminationProtection", False)
        return ActionResult({"StackId": stack.id})

    def get_stack_policy(self) -> ActionResult:
        """GetStackPolicy: no stack has one, for SetStackPolicy is not understood."""
        self._stack()
        return ActionResult({})

    def call_action(self) -> Any:
        """Refuse what is not understood in a way a client can read."""
        action = self._get_action()
        if not callable(getattr(type(self), _method_of(action), None)):
            error = ValidationError(f"The local cloud's CloudFormation does not understand {action}.")
            status, headers, body = self.serialized(ActionResult(error))
            return status, {**headers, "status": status}, body
        return super().call_action()

    def _stack(self, message: str = "Stack with id {} does not exist") -> Stack:
        return stack_of(self.region, self._get_param("StackName"), message)

    def _stack_with(self, physical_id: str) -> Stack:
        for stack in records(self.region).stacks.values():
            if any(one.physical_id == physical_id for one in stack.resources.values()):
                return stack
        raise ValidationError(f"Stack for {physical_id} does not exist")

    def _change_set(self) -> Any:
        return change_sets.find_change_set(self.region, self._get_param("ChangeSetName"), self._get_param("StackName"))

    def _body(self) -> str:
        return body_of(self._get_param("TemplateBody"), self._get_param("TemplateURL"))

    def _settings(self, before: Stack | None) -> Settings:
        old = before.settings if before else Settings()
        tags = self._get_param("Tags")
        on_failure = self._get_param("OnFailure") or self._get_param("OnStackFailure") or "ROLLBACK"
        parameters = _parameters(self._get_param("Parameters", []), old.parameters)
        named = old.tags if tags is None else {tag["Key"]: tag["Value"] for tag in tags}
        check_settings(parameters, named)
        return Settings(
            parameters=parameters,
            tags=named,
            capabilities=tuple(self._get_param("Capabilities", [])),
            notification_arns=tuple(self._get_param("NotificationARNs", [])),
            role_arn=self._get_param("RoleARN") or old.role_arn,
            on_failure="DO_NOTHING" if self._get_bool_param("DisableRollback", False) else on_failure,
        )


def _method_of(action: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in action).lstrip("_")


def _parameters(given: list[Mapping[str, Any]], before: Mapping[str, str]) -> dict[str, str]:
    parameters = {}
    for parameter in given:
        name = parameter["ParameterKey"]
        if not parameter.get("UsePreviousValue"):
            parameters[name] = parameter.get("ParameterValue", "")
        elif name in before:
            parameters[name] = before[name]
    return parameters


def _page(items: list[Any], token: str | None) -> tuple[list[Any], str | None]:
    start = int(token or 0)
    end = start + _PAGE
    return items[start:end], str(end) if end < len(items) else None
