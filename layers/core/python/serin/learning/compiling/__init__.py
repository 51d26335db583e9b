"""From a fitted pipeline to a compiled model, and the proof that both answer alike."""
