"""Parts of the gate's bench."""
