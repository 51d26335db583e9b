"""What AWS allows of the things a stage has more of with every model, and what its charters come to.

All of a model's own things are in stacks of its own; what is counted here is shared.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from infra.retention import lifecycle_rules
from serin.domain.charter import Charter, sources_of
from serin.domain.errors import Invalid, TooLarge

RULES_A_BUS = 300
TARGETS_A_RULE = 5
ROUTES_AN_API = 300
LIFECYCLE_RULES_A_BUCKET = 1_000
ROLE_POLICY_CHARACTERS = 6_000
"""IAM allows 10,240; from 6,000 on the CDK moves statements into policies of another kind."""

# What a stage has of them without any model, and some room.
ROUTES_OF_ALL = 50
RULES_OF_ALL = 10

# Of the policy of `acquire`: without a source, for a bucket, a place in it, and a dataset that is written.
_NO_SOURCE, _A_BUCKET, _A_PLACE, _A_DATASET = 1_500, 140, 40, 95

_DAY = timedelta(days=1)
_ELSEWHERE = "Put some of the models into another stage: each has buses and an API of its own."
_SAME_RATE = f"Give more of them the same rate: {TARGETS_A_RULE} calls of one rate share a rule of the default bus."
_FEWER_RULES = "Leave design.compliance.retention out of some, or put some of the models into another stage."
_FEWER_PLACES = "Let more datasets come from one prefix of a bucket, or put some of the models into another stage."


@dataclass(frozen=True)
class Use:
    """So many of something, of which AWS allows so many."""

    what: str
    used: int
    allowed: int
    remedy: str


def refuse_more_than_fits(charters: Sequence[Charter]) -> None:
    """Raise TooLarge, with the numbers, for models that one stage has no room for."""
    for use in uses(charters):
        if use.used > use.allowed:
            raise TooLarge(
                f"A stage of {len(charters)} models needs {use.used:,} {use.what}, "
                f"where there is room for {use.allowed:,}.",
                use.remedy,
            )


def uses(charters: Sequence[Charter]) -> Iterator[Use]:
    """What a stage of these models needs of what they share."""
    models, sources = len(charters), sources_of(charters)
    yield Use("routes of its API", models + ROUTES_OF_ALL, ROUTES_AN_API, _ELSEWHERE)
    yield Use("rules on one of its buses", models + RULES_OF_ALL, RULES_A_BUS, _ELSEWHERE)
    schedules = (
        rules_for(charter.monitoring.every for charter in charters)
        + rules_for(_DAY for charter in charters if charter.truth.feedback)
        + rules_for(source.every for source in sources.values())
    )
    yield Use("rules on the account's default bus", schedules + RULES_OF_ALL, RULES_A_BUS, _SAME_RATE)
    places = {(source.bucket, source.prefix) for source in sources.values()}
    yield Use("lifecycle rules of a bucket", lifecycle_rules(charters), LIFECYCLE_RULES_A_BUCKET, _FEWER_RULES)
    characters = (
        _NO_SOURCE
        + sum(_A_BUCKET + len(bucket) for bucket in {bucket for bucket, _ in places})
        + sum(_A_PLACE + len(bucket) + 2 * len(prefix) for bucket, prefix in places)
        + sum(_A_DATASET + len(dataset) for dataset in sources)
    )
    yield Use("characters in the policy that reads its sources", characters, ROLE_POLICY_CHARACTERS, _FEWER_PLACES)


def rules_for(rates: Iterable[timedelta]) -> int:
    """The rules that calls of these rates come to."""
    return sum(-(-calls // TARGETS_A_RULE) for calls in Counter(rates).values())


def calls_a_second(charters: Iterable[Charter], allowed: int) -> int:
    """How many calls a second a route of the stage's API lets in: as many as the busiest of its models is for.

    A model that does not say is for as many as the stage allows. Routes cannot be told apart here: the API is there
    before the routes that endpoints add. Raises Invalid for a model that is for more than that.
    """
    meant = {charter.model: charter.budget.requests_per_second or allowed for charter in charters}
    for model, calls in meant.items():
        if calls > allowed:
            raise Invalid(
                f"The charter of {model} is for {calls:,} calls a second, and the stage lets in {allowed:,}.",
                "Raise `requests_per_second` of the stage in cdk.json, or lower the charter's.",
                "design.budget.requests_per_second",
            )
    return max(meant.values(), default=allowed)
