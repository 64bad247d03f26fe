"""From stored events to alerts: what new events touched is evaluated on event time and folded by fingerprint."""
