"""The audit: who did what, to what, and when, made from the records of the effects themselves."""
