"""A cloud assembly brought into the local cloud."""
