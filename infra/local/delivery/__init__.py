"""What the services say to each other: events stamped by the clock, and the kinds of targets that take them."""
