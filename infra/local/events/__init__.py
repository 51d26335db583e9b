"""What makes things happen in the local cloud: rules, schedules, queues that feed functions, log subscriptions."""
