"""Features as they were known: point-in-time joins, windows, training rows."""
