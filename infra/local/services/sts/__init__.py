"""STS: sessions of roles."""
