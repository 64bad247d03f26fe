"""What a collector is: one subject, one file, one question or two of Vigie's own database."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeAlias

import psycopg2.extensions
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

Cursor: TypeAlias = psycopg2.extensions.cursor
Family: TypeAlias = GaugeMetricFamily | CounterMetricFamily

_LONGEST_LABEL = 120


class Collector(Protocol):
    """One subject. `name` is the label of its own success and duration.

    `families` reads with `cursor` at `now` (UTC). What is not known is absent: a false zero would silence an alert.
    It raises what the driver raises; the other collectors go on.
    """

    @property
    def name(self) -> str: ...

    def families(self, cursor: Cursor, now: datetime) -> Iterable[Family]: ...


def label(value: str | None) -> str:
    """A value from outside as a label: printable and short, so that nobody can blow up the series by its length."""
    text = value or ""
    return "".join(each if each.isprintable() else " " for each in text[:_LONGEST_LABEL])
