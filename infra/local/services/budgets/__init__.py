"""Budgets: what an account may cost; here nothing costs anything, so none is ever spent."""
