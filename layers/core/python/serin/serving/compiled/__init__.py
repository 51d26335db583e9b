"""A compiled model: its file, the kernel that evaluates it, and the model that `predict` asks."""
