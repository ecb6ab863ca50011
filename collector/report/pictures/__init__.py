"""The pictures of a report: pure data in, a self-contained SVG out. A gap in the data is a gap in the picture, never a zero."""
