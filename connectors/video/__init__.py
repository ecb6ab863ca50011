"""Video platforms."""
