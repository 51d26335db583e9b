"""Releases shown alive: a small model's endpoint on the deployed template, and candidates told how to behave."""
