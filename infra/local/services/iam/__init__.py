"""IAM: roles and policies as resources."""
