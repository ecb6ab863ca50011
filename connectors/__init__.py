"""Connectors to the subsystems of a city, one file each; ``registry`` lists them."""
