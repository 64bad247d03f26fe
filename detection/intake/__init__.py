"""The intake: alerts that others post (Falco, Alertmanager, Grafana), acknowledged once they are stored."""
