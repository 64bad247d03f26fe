"""Logins by outcome, from every source that supplies them."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client.core import CounterMetricFamily

from exporters.collectors.increases import LOOKED_BACK, Increases
from exporters.collectors.interface import Cursor, Family

_OUTCOMES = ("success", "failure")
# The same meaning of "login" as everywhere in the console: a try that the throttle refused is a try.
_LOGINS = """
    SELECT hour, outcome, sum(n)::bigint FROM events_hourly
    WHERE hour >= %s AND hour <= %s AND category = 'authentication' AND (
        (outcome = 'success' AND action = 'authn_login_success')
        OR (outcome = 'failure' AND action IN ('authn_login_fail', 'excess_rate_limit_exceeded'))
    )
    GROUP BY 1, 2
"""


class Logins:
    """`vigie_logins_total`."""

    name = "logins"

    def __init__(self) -> None:
        self._counted = Increases(_OUTCOMES, kept=len(_OUTCOMES), rest=_OUTCOMES[0])

    def families(self, cursor: Cursor, now: datetime) -> Iterable[Family]:
        cursor.execute(_LOGINS, (now - LOOKED_BACK, now))
        made = CounterMetricFamily(
            "vigie_logins", "Log-in tries that were stored since the exporter started.", labels=["outcome"]
        )
        for outcome, n in self._counted.add(cursor.fetchall()).items():
            made.add_metric([outcome], n)
        yield made
