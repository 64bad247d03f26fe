"""The reference monitored service: accounts, log-in, activity, health and metrics over HTTP (docs/reference/api.md).

It has a database of its own and knows nothing of Vigie but the form of its log lines.
"""

VERSION = "0.1.0"
