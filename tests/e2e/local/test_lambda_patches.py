"""Each patch of moto's Lambda is needed: without it, a rule of AWS's no longer holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benches.rules.model import rules, tried
from infra.local import patches
from infra.local.cloud import LocalCloud
from infra.local.patches.registry import PATCHES
from tests.e2e.local.templates import assembly
from tests.e2e.local.test_patches import without

BROKEN_WITHOUT = {
    "responses.LambdaResponse.call_action": "no_such_type",
    "responses.LambdaResponse.invoke": "forms_of_a_name",
    "responses.LambdaResponse.publish_version": "other_code",
    "responses.LambdaResponse.get_alias": "aliases_of_a_version",
    "responses.LambdaResponse.update_alias": "stale_alias",
    "responses.LambdaResponse.delete_alias": "alias_deleted_twice",
    "responses.LambdaResponse.list_aliases": "aliases_of_a_version",
    "responses.LambdaResponse.put_provisioned_concurrency_config": "provisioned",
    "responses.LambdaResponse.get_provisioned_concurrency_config": "provisioned",
    "responses.LambdaResponse.list_provisioned_concurrency_configs": "provisioned",
    "responses.LambdaResponse.delete_provisioned_concurrency_config": "no_configuration",
    "responses.LambdaResponse.create_event_source_mapping": "fed_twice",
    "responses.LambdaResponse.delete_event_source_mapping": "no_mapping",
    "responses.LambdaResponse.put_function_event_invoke_config": "settings_by_qualifier",
    "responses.LambdaResponse.update_function_event_invoke_config": "settings_by_qualifier",
    "responses.LambdaResponse.get_function_event_invoke_config": "settings_by_qualifier",
    "responses.LambdaResponse.delete_function_event_invoke_config": "settings_by_qualifier",
    "models._zipfile_content": "no_zip",
    "models.LambdaBackend.create_function": "new_settings",
    "models.LambdaBackend.publish_version": "other_code",
    "models.LambdaBackend.update_function_code": "stale_code",
    "models.LambdaBackend.delete_function": "aliased_version",
    "models.LambdaBackend.update_alias": "stale_alias",
    "models.LambdaBackend.put_function_concurrency": "too_much_reserved",
    "models.LambdaBackend.put_provisioned_concurrency": "provisioned",
    "models.LambdaBackend.delete_provisioned_concurrency": "no_configuration",
    "models.LambdaBackend.put_function_event_invoke_config": "one_try",
    "models.LambdaBackend.update_function_event_invoke_config": "settings_by_qualifier",
    "models.LambdaBackend.get_function_event_invoke_config": "settings_by_qualifier",
    "models.LambdaBackend.delete_function_event_invoke_config": "settings_by_qualifier",
    "models.LambdaBackend.list_function_event_invoke_configs": "settings_by_qualifier",
    "models.LambdaBackend.list_event_source_mappings": "fed_twice",
    "models.LambdaBackend.create_event_source_mapping": "fed_twice",
    "models.LambdaBackend.update_event_source_mapping": "changed_batch",
    "models.LambdaStorage.put_alias": "two_roles",
    "models.LambdaStorage.publish_version": "numbers_are_given_once",
    "models.LambdaStorage.get_function_by_name_or_arn_with_qualifier": "configuration_by_part",
    "models.LambdaFunction._get_layers_data": "six_layers",
    "models.LambdaFunction._set_function_code": "no_object",
    "models.LambdaFunction.update_configuration": "stale_configuration",
    "models.LambdaFunction.__init__": "stale_configuration",
    "models.LambdaFunction.get_configuration": "told_settings",
    "models.LambdaAlias.update": "stale_alias",
    "models.LambdaBackend.delete_alias": "alias_deleted_twice",
    "models.LambdaBackend.delete_event_source_mapping": "mapping_deleted",
    "models.LambdaFunction.set_version": "publish_code",
    "models.LambdaStorage.get_function_by_name_or_arn_forbid_qualifier": "configuration_by_part",
}
"""By what is patched, the rule that shows it."""

SHOWN_ELSEWHERE = {
    "models.LambdaFunction.invoke",
    "models.LambdaStorage.put_function",
    "models._s3_content",
    "models.datetime",
    "models.time",
}
"""What other services and the template reach: tests of those fail without it."""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    scratch: Path = tmp_path_factory.mktemp("patches")
    with LocalCloud.start(assembly(), scratch=scratch) as cloud:
        yield cloud


@pytest.mark.parametrize("patched", sorted(BROKEN_WITHOUT))
def test_without_the_patch_a_rule_is_broken(cloud: LocalCloud, patched: str) -> None:
    (rule,) = [one for one in rules() if one.attempt.__name__ == BROKEN_WITHOUT[patched]]
    with without(f"moto.awslambda.{patched}"):
        (trial,) = tried(cloud, [rule])
    assert not trial.held, f"{rule.says}: moto does it by itself now"


def test_every_patch_of_lambda_has_its_rule() -> None:
    patches.apply()
    ours = {patch.title.removeprefix("moto.awslambda.") for patch in PATCHES if "moto.awslambda" in patch.title}
    assert ours - set(BROKEN_WITHOUT) == SHOWN_ELSEWHERE
