"""What was known: random tables, asked of the reference and of all that must say the same."""
