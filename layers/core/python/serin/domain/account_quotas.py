"""What a training asks of an AWS account, and what an account that is new lets it have: said before anything starts.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html says that new accounts have less concurrency and
memory than its table and that AWS raises both with use, but not how little; what is taken here is what such accounts
were seen to have. SageMaker's quotas of instances begin at none for most types:
https://docs.aws.amazon.com/general/latest/gr/sagemaker.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from serin.domain.cut_plan import CutPlan
from serin.domain.training_size import TRAINER_MEMORY_MB


@dataclass(frozen=True)
class Quota:
    """A quota of an account: `service` and `name` are Service Quotas' own; no name where that does not list it.

    `new_account` is what a new account is taken to have.
    """

    what: str
    service: str
    name: str | None
    new_account: int


CONCURRENCY = Quota("functions at once", "lambda", "Concurrent executions", 10)
MEMORY = Quota("MB of memory of a function", "lambda", None, 3008)
INSTANCES = Quota("SageMaker instances for training jobs", "sagemaker", None, 0)


@dataclass(frozen=True)
class QuotaUse:
    """So much is asked of a quota that allows so much; `read` whether the account was asked, else why it was not."""

    what: str
    service: str
    needed: int
    allowed: int
    read: bool
    why_not: str = ""

    @property
    def sentence(self) -> str:
        """What is needed and allowed, who says so, and what to do where it is too little."""
        by = "by Service Quotas" if self.read else f"taken for a new account, {self.why_not}"
        said = f"{self.what}: {self.needed:,} of {self.allowed:,} ({by})"
        if self.needed <= self.allowed:
            return f"{said}."
        return f"{said}: too few; ask for more of {self.service} at Service Quotas before a training starts."


def needs_of(plan: CutPlan) -> Mapping[Quota, int]:
    """What the training that is planned asks of each quota, beside what answers predictions meanwhile."""
    return {CONCURRENCY: plan.at_once, MEMORY: TRAINER_MEMORY_MB, INSTANCES: max(plan.machines, plan.piece_jobs)}


def uses_of(needs: Mapping[Quota, int], account: Mapping[Quota, int], why_not: str) -> Iterator[QuotaUse]:
    """Each need beside what the account has, where that was read, else beside what a new one is taken to have."""
    for quota, needed in needs.items():
        read = account.get(quota)
        reason = "" if read is not None else why_not if quota.name else "Service Quotas does not list it"
        allowed = quota.new_account if read is None else read
        yield QuotaUse(quota.what, quota.service, needed, allowed, read is not None, reason)
