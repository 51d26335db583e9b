"""The machines SageMaker rents for a training job, by the second, and the image that jobs run in.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from serin.domain.errors import Invalid
from serin.domain.prices import TRAINING_HOUR

IMAGE = "sagemaker-scikit-learn:1.9-0-cpu-py3"
"""AWS's own, of Python 3.12: nobody builds or keeps one."""
IMAGE_PYTHON = "3.12"
IMAGE_ARCHITECTURE: Literal["x86_64"] = "x86_64"
IMAGE_ACCOUNTS: Mapping[str, str] = {
    "us-east-1": "683313688378",
    "us-east-2": "257758044811",
    "us-west-1": "746614075791",
    "us-west-2": "246618743249",
    "ca-central-1": "341280168497",
    "sa-east-1": "737474898029",
    "eu-central-1": "492215442770",
    "eu-north-1": "662702820516",
    "eu-west-1": "141502667606",
    "eu-west-2": "764974769150",
    "eu-west-3": "659782779980",
    "ap-northeast-1": "354813040037",
    "ap-northeast-2": "366743142698",
    "ap-south-1": "720646828776",
    "ap-southeast-1": "121021644041",
    "ap-southeast-2": "783357654285",
}
"""Whose registry has it, by region."""


MachineName = Literal[
    "ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge", "ml.m5.4xlarge", "ml.m5.12xlarge", "ml.m5.24xlarge"
]


@dataclass(frozen=True)
class Machine:
    """An instance type; `usd_hour` is its list price for training, on demand."""

    name: str
    memory_mb: int
    cores: int

    @property
    def usd_hour(self) -> float:
        """A share of an hour is billed by the second; spot costs less."""
        return TRAINING_HOUR[self.name]


MACHINES: Mapping[str, Machine] = {
    machine.name: machine
    for machine in (
        Machine("ml.m5.large", 8 * 1024, 2),
        Machine("ml.m5.xlarge", 16 * 1024, 4),
        Machine("ml.m5.2xlarge", 32 * 1024, 8),
        Machine("ml.m5.4xlarge", 64 * 1024, 16),
        Machine("ml.m5.12xlarge", 192 * 1024, 48),
        Machine("ml.m5.24xlarge", 384 * 1024, 96),
    )
}
"""The smallest first."""


def machine_named(name: str, field: str | None = None) -> Machine:
    """The machine of that name; raises Invalid, with those there are, for any other."""
    try:
        return MACHINES[name]
    except KeyError:
        raise Invalid(f"There is no training on {name!r}.", f"Use one of {', '.join(MACHINES)}.", field) from None
