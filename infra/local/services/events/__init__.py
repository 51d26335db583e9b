"""EventBridge: buses, rules, schedules and their targets."""
