"""Asynchronous invocations: queued, tried again as time passes, and recorded where the function says."""
