"""Every grant of the deployed stacks, by its name; what is granted and not listed here fails a test."""

from __future__ import annotations

_LOG = "logs:CreateLogStream logs:PutLogEvents on log-group:/aws/lambda"
_DELIVERY = (
    "logs:CreateLogDelivery logs:DeleteLogDelivery logs:DescribeLogGroups logs:DescribeResourcePolicies "
    "logs:GetLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy logs:UpdateLogDelivery on *"
)

GRANTED: tuple[str, ...] = (
    "AcceptUpload: dynamodb:GetItem dynamodb:PutItem dynamodb:Query on table/catalog",
    "AcceptUpload: dynamodb:Query on table/catalog/index/by-moment",
    "AcceptUpload: events:PutEvents on event-bus/serin-demo for serin for Upload Accepted for Upload Rejected",
    f"AcceptUpload: {_LOG}/accept-upload:*",
    "AcceptUpload: s3:GetObject on lake/datasets/* lake/quarantine/*",
    "AcceptUpload: s3:GetObjectVersion on uploads/raw/*",
    "AcceptUpload: s3:PutObject on lake/datasets/* lake/quarantine/*",
    "AcceptUpload: sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage on uploads",
    "Api: dynamodb:GetItem dynamodb:Query on table/catalog",
    (
        "Api: dynamodb:PutItem on table/catalog for WITHDRAWAL#* for WATCH#* for APPROVAL#* "
        "for AUDIT#registry#* for AUDIT#watch#* for AUDIT#people#*"
    ),
    "Api: dynamodb:BatchGetItem on table/online-features",
    "Api: dynamodb:GetItem on table/control for DIRECTIVE#* for LIVE#* for SESSION#* for TOKENS",
    "Api: dynamodb:PutItem on table/control for DIRECTIVE#* for DIRECTIVES#* for SESSION#*",
    "Api: dynamodb:Query on table/control for DIRECTIVES#* for TOKENS",
    "Api: s3:GetObject on lake/quarantine/*",
    "Api: s3:PutObject on uploads/raw/*/corrected-*",
    "Api: lambda:InvokeFunction on function:predict-*:*",
    "Api: dynamodb:Query on table/catalog/index/by-moment",
    "Api: events:PutEvents on event-bus/serin-demo for serin for Backfill Wanted for Release Abort Wanted",
    f"Api: {_LOG}/api:*",
    "Api: s3:GetObject on lake/predictions/* lake/truth/* lake/invocations/*",
    "Api: s3:GetObject on lake/reports/profiles/* lake/reports/*/????-??-??.json",
    "Api: s3:ListBucket on lake for predictions/*",
    "Api: s3:ListBucket on lake for truth/*",
    "Api: s3:ListBucket on lake for invocations/*",
    "Api: s3:PutObject on lake/truth/*/inbox/*",
    "Api: s3:GetObject on uploads/batch/*",
    "Api: s3:ListBucket on uploads for batch/*",
    "Api: s3:ListBucket on lake for batch/*",
    "Api: s3:GetObject on lake/batch/*",
    "Api: s3:PutObject on lake/batch/*/asked/*",
    "Api: states:DescribeExecution on execution:batch:*",
    "Api: states:SendTaskSuccess on *",
    "Api: states:StartExecution on stateMachine:training-* stateMachine:release stateMachine:batch",
    "Authorize: dynamodb:GetItem on table/control for TOKENS",
    f"Authorize: {_LOG}/authorize:*",
    "BuildFeaturesflightdelay: dynamodb:PutItem on table/online-features for flight-delay#*",
    (
        "BuildFeaturesflightdelay: dynamodb:GetItem dynamodb:Query on table/catalog for DATASET#* for UPLOAD#* "
        "for RELEASE#flight-delay for MODEL#flight-delay for FILL#flight-delay"
    ),
    "BuildFeaturesflightdelay: dynamodb:Query on table/catalog/index/by-moment for RUN#flight-delay",
    "BuildFeaturesflightdelay: dynamodb:PutItem on table/catalog for FILL#flight-delay",
    (
        "BuildFeaturesflightdelay: events:PutEvents on event-bus/serin-demo for serin.flight-delay "
        "for Features Built for Features Refused for Backfill Wanted"
    ),
    f"BuildFeaturesflightdelay: {_LOG}/build-features-flight-delay:*",
    "BuildFeaturesflightdelay: s3:GetObject on artifacts/models/flight-delay/*",
    "BuildFeaturesflightdelay: s3:GetObject on lake/datasets/*",
    "BuildFeaturesflightdelay: sqs:SendMessage on failed-flight-delay",
    (
        "BuildTrainingSetflightdelay: dynamodb:GetItem dynamodb:Query on table/catalog for DATASET#* for UPLOAD#* "
        "for MODEL#flight-delay for RELEASE#flight-delay for WITHDRAWAL#flight-delay for FILL#flight-delay "
        "for PROFILE#flight-delay for RUN#flight-delay for TRAINING-SET#flight-delay for TRAINING#flight-delay "
        "for AUDIT#trainings#flight-delay"
    ),
    "BuildTrainingSetflightdelay: dynamodb:Query on table/catalog/index/by-moment for RUN#flight-delay",
    (
        "BuildTrainingSetflightdelay: dynamodb:PutItem on table/catalog for RUN#flight-delay "
        "for TRAINING-SET#flight-delay for TRAINING#flight-delay for AUDIT#trainings#flight-delay"
    ),
    f"BuildTrainingSetflightdelay: {_LOG}/build-training-set-flight-delay:*",
    "BuildTrainingSetflightdelay: s3:GetObject on lake/datasets/* lake/training-sets/flight-delay/sources/*",
    "BuildTrainingSetflightdelay: s3:PutObject on lake/training-sets/flight-delay/*",
    "BuildTrainingSetflightdelay: s3:ListBucket on lake for cut/flight-delay/*",
    "BuildTrainingSetflightdelay: s3:GetObject s3:PutObject on lake/cut/flight-delay/*",
    "BuildTrainingSetflightdelay: s3:GetObject on lake/reports/profiles/flight-delay/*",
    f"CollectPredictions: {_LOG}/collect-predictions:*",
    "CollectPredictions: s3:PutObject on lake/predictions/* lake/invocations/* lake/shadow/*/lines-*",
    "CollectPredictions: sqs:SendMessage on failed",
    "EvaluateModel: dynamodb:GetItem dynamodb:PutItem dynamodb:Query on table/catalog",
    "EvaluateModel: events:PutEvents on event-bus/serin-demo for serin for Model Registered",
    "EvaluateModel: dynamodb:Query on table/catalog/index/by-moment",
    f"EvaluateModel: {_LOG}/evaluate-model:*",
    "EvaluateModel: s3:GetObject on artifacts/runs/*",
    "EvaluateModel: s3:GetObject on lake/training-sets/*",
    "EvaluateModel: sns:Publish on notices",
    "EvaluateModel: sqs:SendMessage on failed",
    (
        "JoinTruthflightdelay: dynamodb:GetItem dynamodb:Query on table/catalog for DATASET#* for UPLOAD#* "
        "for MODEL#flight-delay for RELEASE#flight-delay for TRUTH#flight-delay"
    ),
    "JoinTruthflightdelay: dynamodb:PutItem on table/catalog for TRUTH#flight-delay",
    f"JoinTruthflightdelay: {_LOG}/join-truth-flight-delay:*",
    "JoinTruthflightdelay: s3:GetObject on artifacts/models/flight-delay/*",
    (
        "JoinTruthflightdelay: s3:GetObject on lake/datasets/* lake/shadow/flight-delay/* lake/truth/flight-delay/* "
        "lake/predictions/flight-delay/*"
    ),
    "JoinTruthflightdelay: s3:ListBucket on lake for shadow/flight-delay/*",
    "JoinTruthflightdelay: s3:ListBucket on lake for truth/flight-delay/*",
    "JoinTruthflightdelay: s3:ListBucket on lake for predictions/flight-delay/*",
    (
        "JoinTruthflightdelay: s3:PutObject on lake/shadow/flight-delay/*/truth-* lake/truth/flight-delay/facts/* "
        "lake/truth/flight-delay/asked/*"
    ),
    "JoinTruthflightdelay: sqs:SendMessage on failed-flight-delay",
    "Machinebatch: lambda:InvokeFunction on function:score-batch-* function:train-model-*",
    f"Machinebatch: {_DELIVERY}",
    "Machinebatch: s3:GetObject on lake/batch/*/plans/*",
    (
        "Machinebatch: s3:AbortMultipartUpload s3:GetObject s3:ListMultipartUploadParts s3:PutObject "
        "on lake/batch/*/maps/*"
    ),
    "Machinebatch: states:StartExecution on stateMachine:batch",
    "Machinebatch: states:DescribeExecution states:StopExecution on execution:batch:*",
    "Machinerelease: lambda:InvokeFunction on function:release-model function:join-truth-*",
    f"Machinerelease: {_DELIVERY}",
    "MachinereleaseMachineEvents: states:StartExecution on stateMachine:release",
    (
        "Machinetrainingflightdelay: lambda:InvokeFunction on function:build-training-set-flight-delay "
        "function:train-model-flight-delay function:evaluate-model"
    ),
    f"Machinetrainingflightdelay: {_DELIVERY}",
    "Machinetrainingflightdelay: s3:GetObject on lake/cut/flight-delay/*/rounds/*",
    (
        "Machinetrainingflightdelay: s3:AbortMultipartUpload s3:GetObject s3:ListMultipartUploadParts s3:PutObject "
        "on lake/cut/flight-delay/maps/*"
    ),
    "Machinetrainingflightdelay: states:StartExecution on stateMachine:training-flight-delay",
    "Machinetrainingflightdelay: states:DescribeExecution states:StopExecution on execution:training-flight-delay:*",
    "MachinetrainingflightdelayMachineEvents: states:StartExecution on stateMachine:training-flight-delay",
    "Predictflightdelay: dynamodb:BatchGetItem on table/online-features for flight-delay#*",
    f"Predictflightdelay: {_LOG}/predict-flight-delay:*",
    (
        "ProfileDatasetflightdelay: dynamodb:GetItem dynamodb:Query on table/catalog for DATASET#* "
        "for PROFILE#flight-delay"
    ),
    "ProfileDatasetflightdelay: dynamodb:PutItem on table/catalog for PROFILE#flight-delay",
    f"ProfileDatasetflightdelay: {_LOG}/profile-dataset-flight-delay:*",
    "ProfileDatasetflightdelay: s3:GetObject on lake/datasets/*",
    "ProfileDatasetflightdelay: s3:PutObject on lake/reports/profiles/flight-delay/*",
    "ProfileDatasetflightdelay: sqs:SendMessage on failed-flight-delay",
    "Reconcile: dynamodb:GetItem dynamodb:PutItem dynamodb:Query on table/catalog",
    "Reconcile: dynamodb:Query on table/catalog/index/by-moment",
    (
        "Reconcile: dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query on table/control "
        "for DIRECTIVE#* for LEASE#* for LIVE#* for PARKED#*"
    ),
    "Reconcile: events:PutEvents on event-bus/serin-demo for serin for Backfill Wanted for Release Finished",
    "Reconcile: lambda:GetAlias lambda:UpdateAlias on function:predict-*",
    (
        "Reconcile: lambda:DeleteProvisionedConcurrencyConfig lambda:GetProvisionedConcurrencyConfig "
        "on function:predict-*:*"
    ),
    f"Reconcile: {_LOG}/reconcile:*",
    "Reconcile: sns:Publish on notices",
    "Reconcile: sqs:SendMessage on failed",
    "Reconcile: states:StartExecution on stateMachine:release",
    "ReleaseModel: cloudwatch:DescribeAlarms cloudwatch:GetMetricData on *",
    "ReleaseModel: dynamodb:GetItem dynamodb:PutItem dynamodb:Query on table/catalog",
    "ReleaseModel: dynamodb:Query on table/catalog/index/by-moment",
    (
        "ReleaseModel: dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query on table/control "
        "for DIRECTIVE#* for LEASE#* for LIVE#* for PARKED#*"
    ),
    "ReleaseModel: events:PutEvents on event-bus/serin-demo for serin for Release Finished",
    "ReleaseModel: lambda:GetAlias lambda:UpdateAlias on function:predict-*",
    (
        "ReleaseModel: lambda:DeleteProvisionedConcurrencyConfig lambda:GetProvisionedConcurrencyConfig "
        "on function:predict-*:*"
    ),
    "ReleaseModel: lambda:DeleteFunction lambda:PutProvisionedConcurrencyConfig on function:predict-*:*",
    (
        "ReleaseModel: lambda:GetFunction lambda:GetFunctionConfiguration lambda:InvokeFunction "
        "lambda:PublishVersion lambda:UpdateFunctionConfiguration "
        "on function:predict-* function:predict-*:*"
    ),
    "ReleaseModel: lambda:ListVersionsByFunction on function:predict-*",
    "ReleaseModel: lambda:GetLayerVersion on layer:model-*:* layer:endpoint-*:*",
    "ReleaseModel: lambda:DeleteLayerVersion on layer:model-*:*",
    "ReleaseModel: lambda:ListLayerVersions on *",
    "ReleaseModel: lambda:PublishLayerVersion on layer:model-*",
    f"ReleaseModel: {_LOG}/release-model:*",
    "ReleaseModel: s3:GetObject on artifacts/models/*",
    "ReleaseModel: s3:GetObject on lake/predictions/* lake/invocations/* lake/shadow/*",
    "ReleaseModel: s3:ListBucket on lake for predictions/*",
    "ReleaseModel: s3:ListBucket on lake for invocations/*",
    "ReleaseModel: s3:ListBucket on lake for shadow/*",
    "ReleaseModel: s3:PutObject on lake/shadow/*",
    "ReleaseModel: sns:Publish on notices",
    "ReleaseModel: sqs:SendMessage on failed",
    "ReleaseModel: cloudformation:DescribeStacks on stack/endpoint-*",
    "ReleaseModel: ssm:GetParameter on parameter/serin/demo/endpoints/*/layers",
    "ReleaseModel: states:StartExecution on stateMachine:release",
    "ScoreBatchflightdelay: dynamodb:GetItem dynamodb:Query on table/catalog for DATASET#* for MODEL#flight-delay",
    f"ScoreBatchflightdelay: {_LOG}/score-batch-flight-delay:*",
    "ScoreBatchflightdelay: s3:GetObject on artifacts/models/flight-delay/*",
    "ScoreBatchflightdelay: s3:GetObject on lake/datasets/*",
    "ScoreBatchflightdelay: s3:GetObject s3:PutObject on lake/batch/flight-delay/* lake/batch-work/flight-delay/*",
    "ScoreBatchflightdelay: s3:GetObjectVersion on uploads/batch/flight-delay/*",
    "ScoreBatchflightdelay: s3:ListBucket on lake for batch/flight-delay/*",
    "SendOn: events:PutEvents on event-bus/accepted",
    "SendOn: events:PutEvents on event-bus/truth",
    "SendOn: events:PutEvents on event-bus/backfill",
    f"TrainModelflightdelay: {_LOG}/train-model-flight-delay:*",
    "TrainModelflightdelay: s3:GetObject on lake/training-sets/flight-delay/*",
    "TrainModelflightdelay: s3:GetObject s3:PutObject on lake/batch-work/flight-delay/features/*",
    (
        "TrainModelflightdelay: s3:GetObject s3:PutObject on artifacts/runs/flight-delay/* "
        "artifacts/models/flight-delay/*"
    ),
    "WatchModel: dynamodb:GetItem dynamodb:Query on table/catalog",
    "WatchModel: dynamodb:Query on table/catalog/index/by-moment",
    "WatchModel: dynamodb:PutItem on table/catalog for WATCH#* for WINDOW#* for AUDIT#watch#*",
    "WatchModel: events:PutEvents on event-bus/serin-demo for serin for Drift Detected for Performance Degraded",
    f"WatchModel: {_LOG}/watch-model:*",
    (
        "WatchModel: s3:GetObject on lake/predictions/* lake/truth/* lake/watching/* lake/training-sets/* "
        "lake/reports/*/????-??-??.json"
    ),
    "WatchModel: s3:ListBucket on lake for predictions/*",
    "WatchModel: s3:ListBucket on lake for truth/*",
    "WatchModel: s3:ListBucket on lake for watching/*",
    "WatchModel: s3:ListBucket on lake for reports/*/* for reports/profiles/*",
    "WatchModel: s3:PutObject on lake/watching/* lake/reports/*/????-??-??.json",
    "WatchModel: sns:Publish on notices",
    "WatchModel: sqs:SendMessage on failed",
    "WatchModel: states:StartExecution on stateMachine:training-*",
    "apigateway: lambda:InvokeFunction on function:api for */*/",
    "apigateway: lambda:InvokeFunction on function:api for */*/audit",
    "apigateway: lambda:InvokeFunction on function:api for */*/console/*",
    "apigateway: lambda:InvokeFunction on function:api for */*/approvals",
    "apigateway: lambda:InvokeFunction on function:api for */*/datasets",
    "apigateway: lambda:InvokeFunction on function:api for */*/datasets/*",
    "apigateway: lambda:InvokeFunction on function:api for */*/get-online-features",
    "apigateway: lambda:InvokeFunction on function:api for */*/models",
    "apigateway: lambda:InvokeFunction on function:api for */*/models/*",
    "apigateway: lambda:InvokeFunction on function:api for */*/openapi.json",
    "apigateway: lambda:InvokeFunction on function:api for */*/predictions/*",
    "apigateway: lambda:InvokeFunction on function:api for */*/runs",
    "apigateway: lambda:InvokeFunction on function:api for */*/runs/compare",
    "apigateway: lambda:InvokeFunction on function:api for */*/sources",
    "apigateway: lambda:InvokeFunction on function:api for */*/uploads",
    "apigateway: lambda:InvokeFunction on function:authorize for authorizers",
    "apigateway: lambda:InvokeFunction on function:predict-flight-delay:live for */*/models/flight-delay/*",
    "events: lambda:InvokeFunction on function:build-features-flight-delay for Acceptedflightdela",
    "events: lambda:InvokeFunction on function:profile-dataset-flight-delay for Acceptedflightdela",
    "events: lambda:InvokeFunction on function:build-features-flight-delay for Backfillflightdela",
    "events: lambda:InvokeFunction on function:join-truth-flight-delay for Truthflightdelay",
    "events: lambda:InvokeFunction on function:join-truth-flight-delay for feedback-*",
    "events: lambda:InvokeFunction on function:evaluate-model for TrainingDied",
    "events: lambda:InvokeFunction on function:reconcile for ReconcileOften",
    "events: lambda:InvokeFunction on function:release-model for AbortWanted",
    "events: lambda:InvokeFunction on function:release-model for Deployed",
    "events: lambda:InvokeFunction on function:release-model for ReleaseDied",
    "events: lambda:InvokeFunction on function:watch-model for alarm-changed",
    "events: lambda:InvokeFunction on function:watch-model for watch-*",
    "events: sqs:SendMessage on uploads for RawObjectCreated",
    "events: sqs:SendMessage on undelivered for * for *",
    "events: sqs:SendMessage on undelivered-flight-delay for * for *",
    "logs: lambda:InvokeFunction on function:collect-predictions for log-group:/aws/lambda/predict-*:*",
)

_FOLDERS = ("datasets", "quarantine", "training-sets", "predictions", "shadow", "truth", "watching", "reports", "batch")
_LAKE = tuple(f"{folder}/*" for folder in (*_FOLDERS, "batch-work", "cut", "erasures"))
FOR_PEOPLE: tuple[str, ...] = (
    "AcceptUpload: dynamodb:BatchGetItem dynamodb:UpdateItem on table/control for PERSONAL#*",
    "Api: dynamodb:BatchGetItem on table/control for PERSONAL#*",
    "ErasePerson: dynamodb:BatchGetItem dynamodb:DeleteItem on table/control for PERSONAL#*",
    "ErasePerson: dynamodb:BatchGetItem dynamodb:DeleteItem on table/online-features",
    "ErasePerson: dynamodb:GetItem dynamodb:Query on table/catalog",
    (
        "ErasePerson: dynamodb:PutItem on table/catalog for ERASURES for REWRITTEN#* for DATASET#* for UPLOAD#* "
        "for TRAINING-SET#* for AUDIT#data#*"
    ),
    "ErasePerson: dynamodb:Query on table/catalog/index/by-moment",
    "ErasePerson: events:PutEvents on event-bus/serin-dev for serin for Backfill Wanted",
    f"ErasePerson: {_LOG}/erase-person:*",
    (
        "ErasePerson: s3:DeleteObjectVersion s3:GetObject s3:GetObjectVersion s3:PutObject on "
        f"{' '.join(f'lake/{folder}' for folder in _LAKE)}"
    ),
    "ErasePerson: s3:DeleteObjectVersion s3:GetObjectVersion s3:PutObject on uploads/raw/* uploads/batch/*",
    f"ErasePerson: s3:ListBucket on lake {' '.join(f'for {folder}' for folder in _LAKE)}",
    f"ErasePerson: s3:ListBucketVersions on lake {' '.join(f'for {folder}' for folder in _LAKE)}",
    "ErasePerson: s3:ListBucketVersions on uploads for raw/* for batch/*",
    (
        "JoinTruthdiabetes: dynamodb:GetItem dynamodb:Query on table/catalog for DATASET#* for UPLOAD#* "
        "for MODEL#diabetes for RELEASE#diabetes for ERASURES* for TRUTH#diabetes"
    ),
    "Machineerase: lambda:InvokeFunction on function:erase-person",
    "Predictdiabetes: dynamodb:BatchGetItem on table/control for PERSONAL#*",
    "ScoreBatchdiabetes: dynamodb:BatchGetItem on table/control for PERSONAL#*",
)
"""What a stage grants beside because the charter of `diabetes` hashes a column."""
