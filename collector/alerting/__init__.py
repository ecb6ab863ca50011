"""The process side of alerts: observe, evaluate, keep, send. What an alert means is in ``collector.alerts``."""
