"""How quick the local cloud is."""
