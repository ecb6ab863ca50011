"""The Prometheus side: rules, their tests, dashboard, routes of Alertmanager, remote write and back-fill."""
