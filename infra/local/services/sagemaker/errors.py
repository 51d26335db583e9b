"""What SageMaker answers to a request that it does not take."""

from __future__ import annotations

from moto.core.exceptions import AWSError


class ResourceInUse(AWSError):
    """A name that is taken."""

    TYPE = "ResourceInUse"
    STATUS = 400


class ResourceLimitExceeded(AWSError):
    """More machines than the account may have; a new one may have none of most types."""

    TYPE = "ResourceLimitExceeded"
    STATUS = 400


class Refused(AWSError):
    """A request that cannot be met: a role that SageMaker may not take, a job that is not there."""

    TYPE = "ValidationException"
    STATUS = 400
