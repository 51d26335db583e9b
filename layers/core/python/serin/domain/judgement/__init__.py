"""Every decision by evidence, pure: numbers in, a verdict with its reasons out."""
