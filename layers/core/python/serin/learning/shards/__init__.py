"""Boosted trees of more rows than a machine holds: fitted shard by shard, and one model at the end."""
