"""The steps of a release, one a file; each may be repeated, and dies at any moment without harm."""
