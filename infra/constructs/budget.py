"""What a month of a model may cost, as AWS Budgets watches it."""

from __future__ import annotations

from aws_cdk import aws_budgets as budgets

from infra.constructs.stack import SerinStack
from infra.names import MODEL_STACKS

STACK_TAG = "aws:cloudformation:stack-name"
"""AWS puts it on what a stack makes; who pays the account's bills activates it as a cost allocation tag, once.
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/aws-tags.html"""
ACTUAL_PERCENT, FORECAST_PERCENT = 80, 100


def model_budget(stack: SerinStack, model: str, usd_per_month: float) -> None:
    """Tell the topic `notices` when the model's own stacks have cost 80 % of it, or are going to cost more than it."""
    topic = stack.addresses.topic("notices")
    subscriber = budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic)

    def told(kind: str, percent: float) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
        return budgets.CfnBudget.NotificationWithSubscribersProperty(
            notification=budgets.CfnBudget.NotificationProperty(
                notification_type=kind,
                comparison_operator="GREATER_THAN",
                threshold=percent,
                threshold_type="PERCENTAGE",
            ),
            subscribers=[subscriber],
        )

    stacks = [f"{STACK_TAG}${stack.names.stack(f'{name}-{model}')}" for name in MODEL_STACKS]
    budgets.CfnBudget(
        stack,
        "Budget",
        budget=budgets.CfnBudget.BudgetDataProperty(
            budget_name=stack.names.alarm("budget", model),
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=budgets.CfnBudget.SpendProperty(amount=usd_per_month, unit="USD"),
            cost_filters={"TagKeyValue": stacks},
        ),
        notifications_with_subscribers=[told("ACTUAL", ACTUAL_PERCENT), told("FORECASTED", FORECAST_PERCENT)],
    )
