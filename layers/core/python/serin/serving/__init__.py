"""What `predict` needs and nothing more. numpy, pandas and scikit-learn load with the model, never on import."""
