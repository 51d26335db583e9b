"""Lambda: nearly every patch is there for one of the rules that the bench tries."""

from __future__ import annotations

import io
import json

import pytest
from botocore.exceptions import ClientError

from benches.rules.cases import function, wanted, zipped
from benches.rules.model import rules
from infra.local.cloud import LocalCloud
from tests.e2e.local.needs.model import needed
from tests.e2e.local.needs.world import at_rest, aws, bodies, bucket, queue, role, unique

_BY_RULE = {
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
    "models.LambdaBackend.update_function_configuration": "changes_at_once",
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
    "urls.url_paths": "provisioned",
}
"""By what is patched, the rule that shows it."""

_AT_THE_START = {"urls.url_paths"}
"""What moto's server reads when it starts."""

for _patched, _rule in _BY_RULE.items():
    (_attempt,) = [one.attempt for one in rules() if one.attempt.__name__ == _rule]
    needed(f"moto.awslambda.{_patched}", alone=_patched in _AT_THE_START)(_attempt)


@needed("moto.awslambda.models._s3_content")
def code_is_taken_from_a_bucket(cloud: LocalCloud) -> None:
    functions, name = aws(cloud, "lambda"), unique()
    with bucket(cloud) as code, role(cloud, "*") as role_arn:
        # Whatever was unzipped once is known by its digest.
        archive = zipped("index.py", f"def handler(event, context): return {name!r}")
        aws(cloud, "s3").put_object(Bucket=code, Key="code.zip", Body=archive)
        place = {"S3Bucket": code, "S3Key": "code.zip"}
        functions.create_function(**{**wanted(name, role_arn), "Code": place})
        assert functions.invoke(FunctionName=name)["Payload"].read() == f'"{name}"'.encode()
        functions.delete_function(FunctionName=name)


@needed("moto.awslambda.models.LambdaStorage.put_function")
def a_function_has_a_role_that_trusts_lambda(cloud: LocalCloud) -> None:
    with role(cloud, "*", trusts=("states",)) as other, pytest.raises(ClientError, match="cannot be assumed by Lambda"):
        aws(cloud, "lambda").create_function(**wanted(unique(), other))


SENDS = """
import boto3, os

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=event["queue"], MessageBody="called")
"""


@needed("moto.awslambda.responses.LambdaResponse.invoke_async")
def the_old_way_to_invoke_asynchronously_runs_the_function(cloud: LocalCloud) -> None:
    with queue(cloud) as url, function(cloud, SENDS) as case:
        aws(cloud, "lambda").invoke_async(
            FunctionName=case.name, InvokeArgs=io.BytesIO(json.dumps({"queue": url}).encode())
        )
        at_rest(cloud)
        assert bodies(cloud, url) == ["called"]
