"""The HTTP API: requests become payload 2.0 events, replies become responses."""
