"""Contracts on rows: types, rules, conditions, and which rows are good."""
