"""Lambda: functions as real processes, their versions and aliases, and what feeds them."""
