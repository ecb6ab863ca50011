"""The city file ``city.yaml``: one description of a city's sources, indicators and targets."""

from collector.city.load import load_city
from collector.city.model import City, Source

__all__ = ["City", "Source", "load_city"]
