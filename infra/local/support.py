"""What the local cloud understands of a template, property by property; everything else stops the deploy by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from serin.domain.errors import Invalid

_PROPERTIES: dict[str, str] = {
    "AWS::ApiGatewayV2::Api": "CorsConfiguration Description DisableExecuteApiEndpoint Name ProtocolType Tags",
    "AWS::ApiGatewayV2::Authorizer": (
        "ApiId AuthorizerPayloadFormatVersion AuthorizerResultTtlInSeconds AuthorizerType AuthorizerUri "
        "EnableSimpleResponses IdentitySource Name"
    ),
    "AWS::ApiGatewayV2::Integration": (
        "ApiId Description IntegrationMethod IntegrationType IntegrationUri PayloadFormatVersion TimeoutInMillis"
    ),
    "AWS::ApiGatewayV2::Route": "ApiId AuthorizationType AuthorizerId RouteKey Target",
    "AWS::ApiGatewayV2::Stage": (
        "AccessLogSettings ApiId AutoDeploy DefaultRouteSettings RouteSettings StageName Tags"
    ),
    "AWS::CDK::Metadata": "Analytics",
    "AWS::CloudWatch::Alarm": (
        "ActionsEnabled AlarmActions AlarmDescription AlarmName ComparisonOperator DatapointsToAlarm Dimensions "
        "EvaluationPeriods ExtendedStatistic InsufficientDataActions MetricName Metrics Namespace OKActions Period "
        "Statistic Tags Threshold TreatMissingData Unit"
    ),
    "AWS::CloudWatch::CompositeAlarm": (
        "ActionsEnabled AlarmActions AlarmDescription AlarmName AlarmRule InsufficientDataActions OKActions Tags"
    ),
    "AWS::CloudWatch::Dashboard": "DashboardBody DashboardName",
    "AWS::DynamoDB::Table": (
        "AttributeDefinitions BillingMode DeletionProtectionEnabled GlobalSecondaryIndexes KeySchema "
        "LocalSecondaryIndexes PointInTimeRecoverySpecification SSESpecification TableName Tags TimeToLiveSpecification"
    ),
    "AWS::Events::EventBus": "Name",
    "AWS::Events::Rule": "Description EventBusName EventPattern Name RoleArn ScheduleExpression State Targets",
    "AWS::IAM::ManagedPolicy": "Description ManagedPolicyName Path PolicyDocument Roles",
    "AWS::IAM::Policy": "PolicyDocument PolicyName Roles",
    "AWS::IAM::Role": (
        "AssumeRolePolicyDocument Description ManagedPolicyArns MaxSessionDuration Path Policies RoleName Tags"
    ),
    "AWS::Lambda::Alias": "Description FunctionName FunctionVersion Name ProvisionedConcurrencyConfig RoutingConfig",
    "AWS::Lambda::EventInvokeConfig": (
        "DestinationConfig FunctionName MaximumEventAgeInSeconds MaximumRetryAttempts Qualifier"
    ),
    "AWS::Lambda::EventSourceMapping": (
        "BatchSize Enabled EventSourceArn FilterCriteria FunctionName FunctionResponseTypes "
        "MaximumBatchingWindowInSeconds ScalingConfig Tags"
    ),
    "AWS::Lambda::Function": (
        "Architectures Code DeadLetterConfig Description Environment EphemeralStorage FunctionName Handler "
        "Layers LoggingConfig MemorySize ReservedConcurrentExecutions Role Runtime Tags Timeout TracingConfig"
    ),
    "AWS::Lambda::LayerVersion": (
        "CompatibleArchitectures CompatibleRuntimes Content Description LayerName LicenseInfo"
    ),
    "AWS::Lambda::Permission": "Action FunctionName Principal SourceAccount SourceArn",
    "AWS::Lambda::Version": "CodeSha256 Description FunctionName ProvisionedConcurrencyConfig",
    "AWS::Logs::LogGroup": "LogGroupName RetentionInDays Tags",
    "AWS::Logs::SubscriptionFilter": "DestinationArn FilterName FilterPattern LogGroupName",
    "AWS::S3::Bucket": (
        "BucketEncryption BucketName LifecycleConfiguration LoggingConfiguration NotificationConfiguration "
        "OwnershipControls PublicAccessBlockConfiguration Tags VersioningConfiguration"
    ),
    "AWS::S3::BucketPolicy": "Bucket PolicyDocument",
    "AWS::SNS::Subscription": "Endpoint FilterPolicy FilterPolicyScope Protocol RawMessageDelivery TopicArn",
    "AWS::SNS::TopicPolicy": "PolicyDocument Topics",
    "AWS::SNS::Topic": "DisplayName Tags TopicName",
    "AWS::SQS::Queue": (
        "DelaySeconds MessageRetentionPeriod QueueName ReceiveMessageWaitTimeSeconds RedrivePolicy "
        "SqsManagedSseEnabled Tags VisibilityTimeout"
    ),
    "AWS::SQS::QueuePolicy": "PolicyDocument Queues",
    "AWS::SSM::Parameter": "AllowedPattern Description Name Tier Type Value",
    "AWS::StepFunctions::StateMachine": (
        "Definition DefinitionString DefinitionSubstitutions LoggingConfiguration RoleArn StateMachineName "
        "StateMachineType Tags TracingConfiguration"
    ),
}


def types() -> tuple[str, ...]:
    """Every type that is understood."""
    return tuple(_PROPERTIES)


def check(stack: str, template: Mapping[str, Any]) -> None:
    """Refuse a template with a type or property that would be skipped; names every one of them."""
    unknown = sorted(set(_unknown(template.get("Resources", {}))))
    if unknown:
        raise Invalid(
            f"The local cloud cannot run this of stack {stack}: {'; '.join(unknown)}.",
            "Add it to infra/local/resources and infra/local/support.py with a test, or leave it out of the template.",
        )


def _unknown(resources: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    for logical_id, resource in resources.items():
        kind = resource["Type"]
        if kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource":
            # Its properties are whatever its function reads.
            continue
        known = _PROPERTIES.get(kind)
        if known is None:
            yield f"{kind} ({logical_id})"
            continue
        for name in set(resource.get("Properties") or {}) - set(known.split()):
            yield f"{name} of {kind} ({logical_id})"
