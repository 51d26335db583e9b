"""Other engines at the same work. Each file is run by itself, with its own packages and none of ours."""
