"""Alerts as code: one description in config/alerts, rendered for the programs that evaluate it."""
