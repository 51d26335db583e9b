"""One file a stack, and the order in which they are deployed."""
