"""The `serin` command: a person's way to everything the API and the local cloud offer."""
