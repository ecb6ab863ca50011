"""Alerts: rules, observations, states, grouping and texts. Pure; ``collector.alerting`` reads, stores and sends."""
