"""The ground floor of Vigie: what the console, the worker and the command share."""

__version__ = "0.1.0"
