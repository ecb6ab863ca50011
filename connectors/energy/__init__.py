"""Energy meters of data centres and other sites."""
