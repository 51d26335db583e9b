"""Releases under seeded faults: what dead controllers, lost answers and people's changes leave of the alias."""
