"""The ports in memory. They pass the same contract tests as the AWS adapters, and are safe to share between threads."""
