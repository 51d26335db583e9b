"""A dataset that grows by the hour for years, and what one more hour costs."""
