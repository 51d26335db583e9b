"""What `./scripts/deploy` does around the CDK's own command."""
