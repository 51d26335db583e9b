"""IAM as AWS evaluates it: who may do what, by the policies that were deployed."""

from infra.local.iam.errors import AccessDenied

__all__ = ["AccessDenied"]
