"""CloudFormation as a service: its requests, and resources that belong to no other."""
