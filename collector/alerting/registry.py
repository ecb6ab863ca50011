"""Names of receivers, as the city file writes them in ``via``. A new receiver is one line here."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from collector.alerting.receiver import Receiver
from collector.errors import ConfigurationError

RECEIVERS: Mapping[str, str] = MappingProxyType(
    {
        "alertmanager": "collector.alerting.receivers.alertmanager:Alertmanager",
        "dingtalk": "collector.alerting.receivers.dingtalk:DingTalk",
        "feishu": "collector.alerting.receivers.feishu:Feishu",
        "log": "collector.alerting.receivers.log:Log",
        "smtp": "collector.alerting.receivers.smtp:Smtp",
        "webhook": "collector.alerting.receivers.webhook:Webhook",
        "wecom": "collector.alerting.receivers.wecom:WeCom",
    }
)
"""name -> ``module:Class``; a class is imported when it is asked for."""


def load(name: str) -> type[Receiver]:
    """The class of the receiver ``name``. Raises ConfigurationError for a name that is not listed."""
    if name not in RECEIVERS:
        raise ConfigurationError(f"there is no receiver {name!r}; the receivers are {', '.join(sorted(RECEIVERS))}")
    module, _, attribute = RECEIVERS[name].partition(":")
    kind = getattr(import_module(module), attribute)
    if not (isinstance(kind, type) and issubclass(kind, Receiver)):
        raise TypeError(f"{RECEIVERS[name]} is not a Receiver")
    return kind
