"""A stage that was destroyed left its buckets and tables, by names the next deploy would find taken: they are taken up.

CloudFormation imports by itself only what has a name without references, and a bucket's has the account's number in it.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError, WaiterError

from infra.app import ROOT, app_of
from infra.settings import Settings, target_for
from serin.domain.errors import Invalid, SerinError
from serin_cli import story
from serin_cli.aws_session import session, told
from serin_cli.deploying.kept import Kept, Template, is_there, kept_by
from serin_cli.deploying.options import read_options

KEEPING = ("catalog", "lake")
"""The stacks that keep something."""
NEVER_MADE = ("CREATE_FAILED", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")
"""Stacks in which nothing lives, so that nothing is theirs; no update begins from them."""
SOON = {"Delay": 2, "MaxAttempts": 300}
TemplatesOf = Callable[[Settings], Mapping[str, Template]]


def take_up(settings: Settings, aws: boto3.Session, templates_of: TemplatesOf | None = None) -> Iterator[str]:
    """Make what a destroyed stage left the stacks' own again, as it is; a line for each stack that got something.

    Raises Invalid where CloudFormation refuses, with its reason and what to do.
    """
    cloudformation = aws.client("cloudformation")
    statuses = {stack: status_of(cloudformation, stack) for stack in map(settings.names.stack, KEEPING)}
    gone = [stack for stack, status in statuses.items() if status is None or status in NEVER_MADE]
    templates = (templates_of or synthesised)(settings) if gone else {}
    for stack in gone:
        kept = left_of(templates[stack], aws)
        if kept:
            if statuses[stack] is not None:
                delete_stack(cloudformation, stack)
            import_into(cloudformation, stack, templates[stack], kept)
            yield f"{stack} took up what an earlier one left: {', '.join(one.name for one in kept)}."


def status_of(cloudformation: Any, stack: str) -> str | None:
    """A stack's status; None for one that does not exist."""
    try:
        return str(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def synthesised(settings: Settings) -> dict[str, Template]:
    """The templates of the working copy, by the names of their stacks."""
    with tempfile.TemporaryDirectory() as folder:
        app_of(
            ROOT, settings, target_for(settings, "aws"), Path(folder), {"aws:cdk:disable-asset-staging": True}
        ).synth()
        paths = Path(folder).glob("*.template.json")
        return {path.name.removesuffix(".template.json"): json.loads(path.read_text()) for path in paths}


def left_of(template: Template, aws: boto3.Session) -> list[Kept]:
    """What the template keeps and is there, though its stack is not."""
    account = aws.client("sts").get_caller_identity()["Account"]
    s3, dynamodb = aws.client("s3"), aws.client("dynamodb")
    return [one for one in kept_by(template, account, aws.region_name) if is_there(one, s3, dynamodb)]


def import_into(cloudformation: Any, stack: str, template: Template, resources: Iterable[Kept]) -> None:
    """A new stack of these resources and nothing else; the deploy that follows adds the rest."""
    kept = {one.logical_id: one for one in resources}
    body = json.dumps({"Resources": {name: template["Resources"][name] for name in kept}})
    asked = {"StackName": stack, "ChangeSetName": "take-up"}
    cloudformation.create_change_set(
        **asked,
        ChangeSetType="IMPORT",
        TemplateBody=body,
        ResourcesToImport=[one.as_import for one in kept.values()],
    )
    _wait(cloudformation, "change_set_create_complete", **asked)
    cloudformation.execute_change_set(**asked)
    _wait(cloudformation, "stack_import_complete", StackName=stack)


def delete_stack(cloudformation: Any, stack: str) -> None:
    """Delete a stack and wait until it is gone; raises Invalid for one that CloudFormation cannot delete."""
    cloudformation.delete_stack(StackName=stack)
    _wait(cloudformation, "stack_delete_complete", StackName=stack)


def _wait(cloudformation: Any, until: str, **asked: str) -> None:
    try:
        cloudformation.get_waiter(until).wait(**asked, WaiterConfig=SOON)
    except WaiterError as error:
        raise Invalid(
            f"The stack {asked['StackName']} did not come to {until}: {error}",
            "CloudFormation's events of the stack say why; correct that, then run ./scripts/deploy again.",
        ) from error


def main() -> int:
    """Before `cdk deploy`, with its options: 1 when what was left cannot be taken up."""
    try:
        options = read_options()
        aws = session(options.profile)
        with told(options.settings.stage, aws.region_name):
            for line in take_up(options.settings, aws):
                story.say(line)
    except SerinError as error:
        story.show_error(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
