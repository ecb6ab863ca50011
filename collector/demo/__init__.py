"""``citygauge demo``: the simulated city, polled through the real connectors. The only place that knows the city is simulated."""
