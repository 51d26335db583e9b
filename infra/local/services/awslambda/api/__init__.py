"""Lambda's control plane: AWS's rules over moto's records."""
