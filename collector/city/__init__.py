"""The city file ``city.yaml``: one description of a city's sources, indicators and targets."""
