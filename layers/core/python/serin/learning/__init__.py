"""Fitting, judging and packing models with scikit-learn; no cloud, no polars."""
