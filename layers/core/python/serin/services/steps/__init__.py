"""What several use cases share. Nothing is re-exported."""
