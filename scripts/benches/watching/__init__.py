"""What a watched model sees, simulated and from flights: how often it alarms for nothing, and for something."""
