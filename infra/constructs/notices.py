"""The topic by which people are told: of alarms, and of what becomes of releases."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge

MAIL_IS_NO_QUEUE = (
    "Mail a provider refuses is tried again by SNS for hours; what it told of lies in the catalog and logs."
)


class NoticesTopic(Construct):
    """The topic `full_name`, and its readers' addresses: alarms, budgets and our roles may publish to it.

    It is not encrypted with the key AWS manages for SNS: CloudWatch may not use that one, and its alarms would be lost.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """

    def __init__(self, scope: Construct, id: str, full_name: str, readers: Sequence[str]) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Topic", topic_name=full_name, enforce_ssl=True)
        self.topic.add_to_resource_policy(self._alarms_may_publish())
        self.topic.add_to_resource_policy(self._budgets_may_publish())
        for at, reader in enumerate(readers):
            reading = sns.Subscription(
                self, f"Reader{at}", topic=self.topic, endpoint=reader, protocol=sns.SubscriptionProtocol.EMAIL
            )
            acknowledge(reading, "Serverless-SNSRedrivePolicy", MAIL_IS_NO_QUEUE)

    def _alarms_may_publish(self) -> iam.PolicyStatement:
        alarms = f"arn:{Aws.PARTITION}:cloudwatch:{Aws.REGION}:{Aws.ACCOUNT_ID}:alarm:*"
        return iam.PolicyStatement(
            sid="AlarmsMayPublish",
            actions=["sns:Publish"],
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            resources=[self.topic.topic_arn],
            conditions={"ArnLike": {"aws:SourceArn": alarms}, "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        )

    def _budgets_may_publish(self) -> iam.PolicyStatement:
        """https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html"""
        budgets = f"arn:{Aws.PARTITION}:budgets::{Aws.ACCOUNT_ID}:*"
        return iam.PolicyStatement(
            sid="BudgetsMayPublish",
            actions=["sns:Publish"],
            principals=[iam.ServicePrincipal("budgets.amazonaws.com")],
            resources=[self.topic.topic_arn],
            conditions={"ArnLike": {"aws:SourceArn": budgets}, "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        )
