"""Which resources of a template cost something, and by which lines; a test holds the templates to it."""

from __future__ import annotations

from collections.abc import Mapping

PRICED: Mapping[str, str] = {
    "AWS::ApiGatewayV2::Api": "HTTP API",
    "AWS::ApiGatewayV2::Authorizer": "authorizer",
    "AWS::ApiGatewayV2::Stage": "HTTP API",
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::CloudWatch::CompositeAlarm": "alarm",
    "AWS::CloudWatch::Dashboard": "dashboard",
    "AWS::DynamoDB::Table": "online features",
    "AWS::Events::Rule": "by its schedule",
    "AWS::Lambda::EventSourceMapping": "pollers",
    "AWS::Lambda::Function": "predict",
    "AWS::Logs::LogGroup": "logs of calls",
    "AWS::Logs::MetricFilter": "metric filter",
    "AWS::Logs::SubscriptionFilter": "predictions into the lake",
    "AWS::S3::Bucket": "data that is kept",
    "AWS::StepFunctions::StateMachine": "trainings",
}
"""Type → what the lines say that are about it."""

FREE = frozenset(
    {
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::Budgets::Budget",
        "AWS::Events::EventBus",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::Lambda::Alias",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
        "AWS::SSM::Parameter",
    }
)
"""Cost nothing while they stand; what passes a bus, a topic or a queue is a few hundred messages a month."""
