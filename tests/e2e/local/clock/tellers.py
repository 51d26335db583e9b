"""Everything in a template that can tell a function something: all of it tells the one function `hears`."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.local.templates import (
    RECORDER,
    Record,
    Resources,
    allow,
    att,
    document,
    function,
    may_call,
    ref,
    resource,
)
from tests.e2e.local.test_http_api import integration, route

_HEARS = RECORDER.replace('line = {"event"', 'line = {"stream": context.log_stream_name, "event"')
_SPEAKS = 'def handler(event, context):\n    print(\'{"prediction_id": "p"}\')\n    return {}'


def tellers(record: Record) -> Resources:
    """All of them."""
    return {
        "Hears": function("hears", _HEARS, record),
        **_rules(),
        **_queues_and_topics(),
        **_functions(),
        **_machine(),
        **_http_api(),
    }


def _rules() -> Resources:
    received = {"InputTemplate": '{"transformed": <aws.events.event.ingestion-time>}'}
    notifies = {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    return {
        "Bucket": resource("S3::Bucket", BucketName="uploads", NotificationConfiguration=notifies),
        "Everything": _rule(EventPattern={"source": ["aws.s3", "aws.cloudwatch", "own"]}),
        "Transformed": _rule({"InputTransformer": received}, EventPattern={"source": ["own"]}),
        "Hourly": _rule(ScheduleExpression="rate(1 hour)"),
    }


def _rule(target: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return resource("Events::Rule", **more, Targets=[{"Id": "hears", "Arn": att("Hears"), **(target or {})}])


def _queues_and_topics() -> Resources:
    publishes = allow("sns:Publish", on=ref("Topic"), Principal={"Service": "cloudwatch.amazonaws.com"})
    alarm = {
        "AlarmName": "alarm",
        "Namespace": "Own",
        "MetricName": "m",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }
    return {
        "Queue": resource("SQS::Queue", QueueName="queue"),
        "Mapping": resource("Lambda::EventSourceMapping", EventSourceArn=att("Queue"), FunctionName=ref("Hears")),
        "Letters": resource("SQS::Queue", QueueName="letters"),
        "Topic": resource("SNS::Topic", TopicName="topic"),
        "TopicTakes": resource("SNS::TopicPolicy", Topics=[ref("Topic")], PolicyDocument=document(publishes)),
        "ToFunction": resource("SNS::Subscription", TopicArn=ref("Topic"), Protocol="lambda", Endpoint=att("Hears")),
        "ToQueue": resource("SNS::Subscription", TopicArn=ref("Topic"), Protocol="sqs", Endpoint=att("Letters")),
        "HearsTopic": may_call("sns", att("Hears")),
        "Alarm": resource("CloudWatch::Alarm", **alarm, AlarmActions=[ref("Topic")]),
    }


def _functions() -> Resources:
    told = {"OnSuccess": {"Destination": att("Hears")}}
    return {
        "Log": resource("Logs::LogGroup", LogGroupName="/aws/lambda/speaks"),
        "Speaks": function("speaks", _SPEAKS, LoggingConfig={"LogGroup": ref("Log")}),
        "Settings": resource(
            "Lambda::EventInvokeConfig", FunctionName=ref("Speaks"), Qualifier="$LATEST", DestinationConfig=told
        ),
        "Subscription": resource(
            "Logs::SubscriptionFilter",
            LogGroupName=ref("Log"),
            DestinationArn=att("Hears"),
            FilterPattern="{ $.prediction_id = * }",
        ),
    }


def _machine() -> Resources:
    payload = {"machine.$": "$$.State.EnteredTime", "began.$": "$$.Execution.StartTime"}
    parameters = {"FunctionName": "hears", "Payload": payload}
    definition = {
        "StartAt": "Wait",
        "States": {
            "Wait": {"Type": "Wait", "Seconds": 60, "Next": "Tell"},
            "Tell": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": parameters,
                "End": True,
            },
        },
    }
    given = {"StateMachineName": "machine", "RoleArn": att("Role"), "DefinitionString": json.dumps(definition)}
    return {"Machine": resource("StepFunctions::StateMachine", "Hears", **given)}


def _http_api() -> Resources:
    return {
        "Api": resource("ApiGatewayV2::Api", Name="serin", ProtocolType="HTTP"),
        "Stage": resource("ApiGatewayV2::Stage", ApiId=ref("Api"), StageName="$default", AutoDeploy=True),
        "Integration": integration(att("Hears")),
        "Ping": route("GET /ping", "Integration"),
    }
