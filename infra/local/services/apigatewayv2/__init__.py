"""API Gateway: HTTP APIs on a port of this machine."""
