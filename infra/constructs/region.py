"""Where the stacks of a stage may lie: a rule of their templates, which CloudFormation looks at before it begins."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk

from serin.domain.charter import Charter
from serin.domain.errors import Invalid

RULE = "Region"


def region_of(charters: Iterable[Charter]) -> str | None:
    """The region that charters of a stage ask for; None where none does. Raises Invalid where two ask for two."""
    asked = {charter.compliance.region: charter.model for charter in charters if charter.compliance.region}
    if len(asked) > 1:
        said = " and ".join(f"{model} in {region}" for region, model in sorted(asked.items()))
        raise Invalid(
            f"The models of one stage lie in one region; their charters want {said}.",
            "Give them one design.compliance.region, or deploy them as two stages.",
            "design.compliance.region",
        )
    return next(iter(asked), None)


def only_in(stack: cdk.Stack, region: str) -> None:
    """Refuse the stack in any other region, whoever deploys it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
    """
    cdk.CfnRule(
        stack,
        RULE,
        assertions=[
            cdk.CfnRuleAssertion(
                assert_=cdk.Fn.condition_equals(cdk.Aws.REGION, region),
                assert_description=f"A charter says design.compliance.region: {region}; deploy this stage there.",
            )
        ],
    )
