"""Whether what a model is asked and answers has changed: pure, from numbers of windows to a verdict and an episode."""
