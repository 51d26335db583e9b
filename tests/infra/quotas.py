"""AWS's quotas of what templates hold, counted in the templates.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.infra.templates import flat

ALLOWED = {
    "resources": 500,
    "parameters": 200,
    "outputs": 200,
    "bytes of template": 1_000_000,
    "characters of a role's own policies": 10_240,
    "characters of a managed policy": 6_144,
    "managed policies of a role": 10,
    "bytes of a function's policy": 20_480,
    "rules of a bus": 300,
    "targets of a rule": 5,
    "routes of an API": 300,
    "integrations of an API": 300,
    "layers of a function": 5,
    "characters of an alarm's description": 1_024,
    "widgets of a dashboard": 500,
}
Template = Mapping[str, Any]
_OWN = "|own"
"""After what belongs to a function of the same stack: each copy of the stack has one of its own."""
# What the references of a template become: an account's number, a region, and names of the longest kind.
_LONGEST = {"AWS::Partition": "aws-us-gov", "AWS::AccountId": "1" * 12, "AWS::Region": "ap-southeast-1"}


def used(stacks: Mapping[str, Template], copies: Mapping[str, int]) -> dict[str, int]:
    """The most that any stack, role, function, bus or API of the templates has; a stack stands for so many alike."""
    found: Counter[str] = Counter()
    shared: Counter[str] = Counter()
    for stack, template in stacks.items():
        for what, number in _of_one(template):
            found[what] = max(found[what], number)
        for what, number in _of_the_stage(stack, template).items():
            shared[what] += number * (1 if what.endswith(_OWN) else copies.get(stack, 1))
    for what, number in shared.items():
        kind = what.partition("|")[0]
        found[kind] = max(found[kind], number)
    return dict(found)


def _of_one(template: Template) -> Iterator[tuple[str, int]]:
    yield "resources", len(template["Resources"])
    yield "parameters", len(template.get("Parameters", {}))
    yield "outputs", len(template.get("Outputs", {}))
    yield "bytes of template", len(json.dumps(template))
    yield from (("characters of a role's own policies", size) for size in _role_policies(template).values())
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::IAM::ManagedPolicy":
                yield "characters of a managed policy", len(_written(properties["PolicyDocument"]))
            case "AWS::IAM::Role":
                yield "managed policies of a role", len(properties.get("ManagedPolicyArns", ()))
            case "AWS::Events::Rule":
                yield "targets of a rule", len(properties["Targets"])
            case "AWS::Lambda::Function":
                yield "layers of a function", len(properties["Layers"])
            case "AWS::CloudWatch::Alarm":
                yield "characters of an alarm's description", len(properties["AlarmDescription"])
            case "AWS::CloudWatch::Dashboard":
                yield "widgets of a dashboard", len(json.loads(flat(properties["DashboardBody"]))["widgets"])


def _role_policies(template: Template) -> Counter[str]:
    sizes: Counter[str] = Counter()
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::IAM::Policy":
            for role in resource["Properties"]["Roles"]:
                sizes[str(role)] += len(_written(resource["Properties"]["PolicyDocument"]))
    return sizes


def _of_the_stage(stack: str, template: Template) -> Counter[str]:
    """What counts together, whichever stack it is in; the function, bus or API stands behind the bar."""
    found: Counter[str] = Counter()
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::Events::Rule":
                found[f"rules of a bus|{properties.get('EventBusName', 'default')}"] += 1
            case "AWS::ApiGatewayV2::Route":
                found["routes of an API|"] += 1
            case "AWS::ApiGatewayV2::Integration":
                found["integrations of an API|"] += 1
            case "AWS::Lambda::Permission":
                function = properties["FunctionName"]
                own = f"{stack}{_OWN}" if isinstance(function, dict) and "Fn::Join" not in function else ""
                found[f"bytes of a function's policy|{function}{own}"] += _statement(properties)
    return found


def _statement(permission: Mapping[str, Any]) -> int:
    """A permission as Lambda keeps it: its id is the stack's and the resource's name and a random end."""
    return len(
        json.dumps(
            {
                "Sid": "s" * 128,
                "Effect": "Allow",
                "Principal": {"Service": permission["Principal"]},
                "Action": permission["Action"],
                "Resource": f"arn:aws-us-gov:lambda:ap-southeast-1:{'1' * 12}:function:{'f' * 64}:live",
                "Condition": {"ArnLike": {"AWS:SourceArn": _written(permission["SourceArn"])}},
            }
        )
    )


def _written(value: Any) -> str:
    """A value as it is once its references are filled in, without blanks."""
    return json.dumps(_filled(value), separators=(",", ":"))


def _filled(value: Any) -> Any:
    if isinstance(value, list):
        return [_filled(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return _LONGEST.get(value["Ref"], "r" * 64)
    if "Fn::GetAtt" in value:
        return f"arn:aws-us-gov:lambda:ap-southeast-1:{'1' * 12}:function:{value['Fn::GetAtt'][0][:64]}"
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(str(_filled(part)) for part in parts)
    return {key: _filled(item) for key, item in value.items()}
