"""SNS: topics and their subscriptions."""
