"""Serin at the work that is measured, each file in a process of its own."""
