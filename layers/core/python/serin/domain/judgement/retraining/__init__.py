"""When a live model is trained again, and why: pure, from what was observed to one decision."""
