"""What users write, read and checked: charters, data contracts, golden rows and the names in model code."""
