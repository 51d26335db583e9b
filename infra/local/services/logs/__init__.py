"""CloudWatch Logs: groups and subscriptions."""
