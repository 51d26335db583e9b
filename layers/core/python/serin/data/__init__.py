"""Tables: reading uploads, checking them, joining them as they were known. polars and numpy, never AWS."""
