"""Files of rows that a model is asked about: how they are read, and what their answers look like."""
