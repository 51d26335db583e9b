"""Releases shown alive: a small model's endpoint on the deployed template, and candidates that behave as they are told."""
