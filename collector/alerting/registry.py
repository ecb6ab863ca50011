"""Names of receivers, as the city file writes them in ``via``. A new receiver is one line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from collector.alerting.receiver import Receiver
from collector.named_classes import load_class

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
    return load_class(RECEIVERS, name, Receiver, "receiver")  # type: ignore[type-abstract]  # the classes that are listed are concrete
