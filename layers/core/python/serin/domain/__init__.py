"""The rules. Standard library only."""
