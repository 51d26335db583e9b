"""Parts of the release's bench."""
