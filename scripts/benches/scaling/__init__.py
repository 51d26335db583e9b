"""Training sets larger than one function: random tables that are cut in every way, and tables of any size."""
