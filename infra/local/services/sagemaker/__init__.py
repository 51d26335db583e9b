"""SageMaker: training jobs as real processes of this machine."""
