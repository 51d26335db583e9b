"""AWS's rules, each tried on one running cloud; the bench prints the same table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benches.rules.model import Rule, rules
from infra.local.cloud import LocalCloud
from tests.e2e.local.templates import assembly


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    scratch: Path = tmp_path_factory.mktemp("rules")
    with LocalCloud.start(assembly(), scratch=scratch) as cloud:
        yield cloud


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_the_local_cloud_answers_as_aws(cloud: LocalCloud, rule: Rule) -> None:
    rule.attempt(cloud)


def test_there_are_rules_of_lambda_enough() -> None:
    assert sum(rule.service == "lambda" for rule in rules()) >= 40
    assert len({rule.name for rule in rules()}) == len(rules())
    assert all(rule.source.startswith("https://docs.aws.amazon.com/") for rule in rules())
