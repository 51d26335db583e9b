"""The command line itself: which commands there are, how they are read, what is said of a wrong call."""
