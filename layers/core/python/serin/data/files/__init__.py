"""Reading uploads: CSV and Parquet as text, and what is wrong with a file. polars and numpy, never AWS."""
