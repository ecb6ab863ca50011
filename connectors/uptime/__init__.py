"""Whether platforms answer: our own probes, and what a monitoring system already knows."""
