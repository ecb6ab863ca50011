"""Declared values: from a file that somebody hands in to the store, and from the store to a form. Measurements are elsewhere."""
