"""The one way to work beyond a function: a training job of SageMaker, on AWS's own image, paid for while it runs.

What it brings are the layers of a function, made for the image's Python, and the function itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from infra.constructs.environment import variables
from infra.constructs.permissions import Permission, allow, grant, keep_wildcard, list_keys
from infra.constructs.stack import SerinStack
from infra.packaging.cache import Asset
from infra.packaging.job_code import PROGRAM
from serin.domain.training_jobs import LOG, jobs_of
from serin.domain.training_machines import IMAGE, IMAGE_ACCOUNTS

_NUMBERED = "Jobs are named by their run and step, so nobody can list them beforehand."
_STREAMS = "SageMaker names a stream for each job, so nobody can list them beforehand."
_RULE = "StepFunctionsGetEventsForSageMakerTrainingJobsRule"
_PASSING = ["SageMaker.ThrottlingException", "SageMaker.InternalServerException"]


def fit(job: Mapping[str, Any], at: str, spot: bool, **rest: Any) -> dict[str, Any]:
    """A task that runs the job which is said `at` a path, and waits for its end; what came of it is kept there, too."""
    said = f"{at}.answer.job"
    waits = {"MaxWaitTimeInSeconds.$": f"{said}.wait_seconds"} if spot else {}
    return {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::sagemaker:createTrainingJob.sync",
        "Parameters": {
            **job,
            "TrainingJobName.$": f"{said}.name",
            "HyperParameters": {**job["HyperParameters"], "folder.$": f"{said}.folder"},
            "ResourceConfig": {
                "InstanceCount": 1,
                "InstanceType.$": f"{said}.machine",
                "VolumeSizeInGB.$": f"{said}.disk_gb",
            },
            "StoppingCondition": {"MaxRuntimeInSeconds.$": f"{said}.seconds", **waits},
            "EnableManagedSpotTraining": spot,
        },
        "ResultSelector": {
            "seconds.$": "$.BillableTimeInSeconds",
            "statuses.$": "$.SecondaryStatusTransitions[*].Status",
        },
        "ResultPath": f"{at}.ended",
        "Retry": [{"ErrorEquals": _PASSING, "IntervalSeconds": 5, "MaxAttempts": 5, "BackoffRate": 2}],
        **rest,
    }


class TrainingJobs(Construct):
    """What all jobs have in common that do a model's `function`'s work by the same code, `layers` and variables.

    What a job leaves beside that goes to a place in S3, `output`. Nothing of it costs anything while no job runs.
    """

    def __init__(
        self,
        stack: SerinStack,
        model: str,
        function: str,
        *,
        layers: Sequence[str],
        environment: Sequence[str],
        permissions: Sequence[Permission],
        output: str,
        of: str = "Jobs",
    ) -> None:
        super().__init__(stack, f"{of}-{model}")
        packages = stack.deployment.packages.for_jobs()
        # What charters say of the room for a model's layer is of where it is served, which is not where jobs run.
        made_for = {name: stack.deployment.packages if name == "charters" else packages for name in layers}
        brought = {"function": packages.function(function), **{name: made_for[name].layer(name) for name in layers}}
        channels = {name: self._folder(name, asset) for name, asset in brought.items()}
        program, registry = self._program(stack), self._registry()
        self._model, self._stack = model, stack
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        grant(self.role, [*permissions, *_of_every_job(stack, registry, [*channels.values(), program])])
        keep_wildcard(self.role, "*", "A registry gives a token for all that it has.")
        self.request: Mapping[str, Any] = {
            "RoleArn": self.role.role_arn,
            "AlgorithmSpecification": {
                "TrainingImage": f"{registry}.dkr.ecr.{Aws.REGION}.{Aws.URL_SUFFIX}/{IMAGE}",
                "TrainingInputMode": "File",
            },
            "HyperParameters": {
                "sagemaker_program": PROGRAM.name,
                "sagemaker_submit_directory": program.s3_object_url,
            },
            "InputDataConfig": [_channel(name, asset) for name, asset in channels.items()],
            "OutputDataConfig": {"S3OutputPath": output},
            "Environment": variables(stack, environment, model),
        }

    @property
    def for_the_machine(self) -> list[Permission]:
        """What a state machine that runs them may.

        https://docs.aws.amazon.com/step-functions/latest/dg/sagemaker-iam.html
        """
        account = f"{Aws.REGION}:{Aws.ACCOUNT_ID}"
        jobs = f"arn:{Aws.PARTITION}:sagemaker:{account}:training-job/{jobs_of(self._stack.names.stage, self._model)}*"
        rule = f"arn:{Aws.PARTITION}:events:{account}:rule/{_RULE}"
        passes = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
        actions = ("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob")
        return [
            allow(*(f"sagemaker:{action}" for action in actions), on=jobs, why=_NUMBERED),
            Permission(("iam:PassRole",), (self.role.role_arn,), conditions=passes),
            allow("events:PutTargets", "events:PutRule", "events:DescribeRule", on=rule),
        ]

    def _registry(self) -> str:
        """Whose account has the image."""
        accounts = cdk.CfnMapping(
            self, "Registries", mapping={region: {"account": account} for region, account in IMAGE_ACCOUNTS.items()}
        )
        return accounts.find_in_map(Aws.REGION, "account")

    def _folder(self, name: str, asset: Asset) -> assets.Asset:
        hashed = {"asset_hash": asset.hash, "asset_hash_type": cdk.AssetHashType.CUSTOM}
        return assets.Asset(self, f"Package-{name}", path=str(asset.folder), **hashed)  # type: ignore[arg-type]

    def _program(self, stack: SerinStack) -> assets.Asset:
        return assets.Asset(self, "Program", path=str(stack.deployment.packages.job_program()))


def _of_every_job(stack: SerinStack, registry: str, read: Sequence[assets.Asset]) -> list[Permission]:
    """Reading what it brings, its log, and AWS's image.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createtrainingjob-perms
    """
    bucket = f"arn:{Aws.PARTITION}:s3:::{read[0].s3_bucket_name}"
    layers = ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage")
    return [
        allow("s3:GetObject", on=[f"{bucket}/{asset.s3_object_key}" for asset in read]),
        list_keys(bucket, *(asset.s3_object_key for asset in read)),
        allow(
            *("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"),
            on=stack.addresses.log_streams(LOG),
            why=_STREAMS,
        ),
        allow("ecr:GetAuthorizationToken", on="*"),
        allow(*layers, on=f"arn:{Aws.PARTITION}:ecr:{Aws.REGION}:{registry}:repository/{IMAGE.partition(':')[0]}"),
    ]


def _channel(name: str, asset: assets.Asset) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": asset.s3_object_url, "S3DataDistributionType": "FullyReplicated"}
    # A program finds a channel by a variable, which has no hyphens: `code-MODEL` is `code`.
    return {"ChannelName": name.partition("-")[0], "DataSource": {"S3DataSource": source}}
