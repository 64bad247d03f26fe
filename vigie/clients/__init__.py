"""Asking other programs over HTTP: one careful client (`http.py`), Loki and Prometheus on top of it.

Whatever a source does, a question ends within its deadline, in an answer or in one of the errors of `errors.py`.
Query text is built from values by `logql.py` and `promql.py`, never by pasting.
"""
