"""The use cases, one file each; ports arrive as arguments. Nothing is re-exported: a function loads what it uses."""
