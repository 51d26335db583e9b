"""Step Functions: state machines and their executions on the clock."""
