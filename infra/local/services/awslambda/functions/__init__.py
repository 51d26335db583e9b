"""Function versions as real processes."""
