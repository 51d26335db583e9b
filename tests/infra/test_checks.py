"""cdk-nag and cfn-lint find nothing that nobody has explained, and no explanation has outlived its finding."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.templates import Assembly

pytestmark = pytest.mark.slow
PACKS = {"AwsSolutions", "Serverless"}

# The CDK writes DependsOn for every role it is given, although the reference says the same.
WRITTEN_BY_THE_CDK = "W3005"


def acknowledgements(aws: Assembly) -> Iterator[tuple[str, str, str]]:
    """Where, what and why, as the assembly's metadata record it."""
    for path in aws.folder.glob("*.metadata.json"):
        for place, entries in json.loads(path.read_text()).items():
            for entry in entries:
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    for finding, reason in entry["data"].items():
                        yield place.strip("/"), finding, reason


def test_both_packs_have_looked(report: Any) -> None:
    assert {item["pluginName"] for item in report["pluginReports"]} == PACKS


def test_no_finding_is_unexplained(report: Any) -> None:
    for pack in report["pluginReports"]:
        found = [(item["ruleName"], item["violatingConstructs"][0]["constructPath"]) for item in pack["violations"]]
        assert found == []
        assert pack["conclusion"] == "success"


def test_every_acknowledgement_has_fired(aws: Assembly, report: Any) -> None:
    fired = {
        (item["acknowledgedAt"], item["acknowledgedId"])
        for pack in report["pluginReports"]
        for item in pack["suppressedViolations"]
    }
    given = {(place, finding) for place, finding, _ in acknowledgements(aws)}
    assert given
    assert given == fired


def test_an_acknowledgement_is_about_one_resource(aws: Assembly, report: Any) -> None:
    covered: dict[tuple[str, str], set[str]] = {}
    for pack in report["pluginReports"]:
        for item in pack["suppressedViolations"]:
            places = {construct["constructPath"] for construct in item["violatingConstructs"]}
            covered.setdefault((item["acknowledgedAt"], item["acknowledgedId"]), set()).update(places)
    assert covered
    assert {key: places for key, places in covered.items() if len(places) > 1} == {}
    assert not [place for place, _, _ in acknowledgements(aws) if "/" not in place]


def test_every_acknowledgement_says_why(aws: Assembly) -> None:
    assert not [(place, finding) for place, finding, reason in acknowledgements(aws) if len(reason.split()) < 6]


def lint(template: str) -> list[Any]:
    """What cfn-lint finds; importing it takes a second."""
    from cfnlint import api
    from cfnlint.config import ManualArgs

    return api.lint(template, config=ManualArgs(regions=["us-east-1"]))


@pytest.fixture(scope="module")
def lint_findings(aws: Assembly) -> list[tuple[str, str, str]]:
    found = []
    for stack, template in aws.templates.items():
        found += [(stack, match.rule.id, match.message) for match in lint(json.dumps(template, indent=1))]
    return found


def test_cfn_lint_finds_nothing_but_what_the_cdk_writes_for_roles(lint_findings: list[tuple[str, str, str]]) -> None:
    assert [item for item in lint_findings if item[1] != WRITTEN_BY_THE_CDK] == []
    expected = [item for item in lint_findings if item[1] == WRITTEN_BY_THE_CDK]
    assert expected
    assert all("Role" in message for _, _, message in expected)


def test_cfn_lint_would_see_a_wrong_property() -> None:
    wrong = {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": "long"}}}}
    assert lint(json.dumps(wrong))
