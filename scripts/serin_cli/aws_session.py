"""The AWS account and region that a command reaches: the ones the CDK would deploy to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from serin.domain.errors import Invalid, Unavailable

REGIONS = ("AWS_REGION", "AMAZON_REGION", "AWS_DEFAULT_REGION", "AMAZON_DEFAULT_REGION")
"""The variables that name the region, in the order of the CDK; boto3 itself reads the third only."""


def session(profile: str | None = None, environment: Mapping[str, str] = os.environ) -> boto3.Session:
    """A session in the region of the environment, else of the profile.

    Invalid for a region that nobody has named, and for a profile that does not exist: a guess would look for the stage
    where it is not.
    """
    named = next((environment[name] for name in REGIONS if environment.get(name)), None)
    try:
        aws = boto3.Session(profile_name=profile, region_name=named)
    except BotoCoreError as error:
        raise Invalid(
            f"The AWS profile cannot be used: {error}", "`aws configure list-profiles` says those there are."
        ) from None
    if aws.region_name is None:
        raise Invalid(
            "No AWS region is named: neither AWS_REGION nor the profile says one.",
            "Set AWS_REGION to the region the stage is deployed in, such as `export AWS_REGION=us-east-1`.",
        )
    return aws


@contextmanager
def told(stage: str, region: str) -> Iterator[None]:
    """AWS's own errors, with the stage and the region that were looked in: Invalid or Unavailable."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in {"ParameterNotFound", "ResourceNotFoundException"}:
            raise Invalid(
                f"There is no stage {stage} in {region}: {error}",
                "Deploy it there by ./scripts/deploy, or set AWS_REGION to the region it is in.",
            ) from None
        raise Invalid(
            f"AWS refused in {region}: {error}",
            "Use a profile that may do this; `aws sts get-caller-identity` says who it is.",
        ) from None
    except BotoCoreError as error:
        raise Unavailable(
            f"AWS could not be asked in {region}: {error}",
            "Check the profile's credentials, the name of the region and the network.",
        ) from None
