"""The Prometheus exporter of Vigie itself (:9200): it measures, alert rules judge."""
