"""The audit of a declared evaluation report: read it, recognise its form and its scores, and recompute what it prints."""
