"""Names of connectors, as the city file writes them. A new connector is one line here.

Classes are imported when they are asked for, so that a process loads only the libraries of the sources it polls.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from collector.connector import Connector
from collector.named_classes import load_class

CONNECTORS: Mapping[str, str] = MappingProxyType(
    {
        "wvp": "connectors.video.wvp:Wvp",
        "http_probe": "connectors.uptime.http_probe:HttpProbe",
        "prometheus": "connectors.uptime.prometheus:Prometheus",
        "sql_cases": "connectors.cases.sql:SqlCases",
        "open311": "connectors.cases.open311:Open311",
        "access_log": "connectors.apps.access_log:AccessLog",
        "push": "connectors.apps.push:Push",
        "modbus": "connectors.energy.modbus:Modbus",
        "file": "connectors.files.file:File",
    }
)
"""name -> ``module:Class``. A package that brings its own connectors would be merged in here, by its entry points."""


def load(name: str) -> type[Connector]:
    """The class of the connector ``name``. Raises ConfigurationError for a name that is not listed."""
    return load_class(CONNECTORS, name, Connector, "connector")  # type: ignore[type-abstract]  # the classes that are listed are concrete
