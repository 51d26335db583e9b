"""The ports on AWS (one file per service) and in memory (the fakes the tests use)."""
