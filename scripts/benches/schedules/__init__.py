"""Uploads under seeded faults: what at-least-once delivery, dead processes and lost answers leave of the data."""
