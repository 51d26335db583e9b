"""AWS's own rules, each tried on a running local cloud."""
