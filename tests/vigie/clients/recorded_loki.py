"""Asking the recorded Loki what was asked when it was recorded."""

from datetime import UTC, datetime, timedelta

from tests.vigie.clients.replay import exchange
from vigie.clients.http import HttpClient
from vigie.clients.log_lines import Nanoseconds, moment_of
from vigie.clients.loki import Loki
from vigie.clients.samples import Series
from vigie.clients.source import Source, credentials

FILES = (
    "errors", "labels_series_volume", "limits", "paging", "query_instant", "query_range_matrix", "query_range_streams",
    "status",
)  # fmt: skip
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)


def loki_at(url: str, tenant: str | None = None) -> HttpClient:
    return HttpClient(Source("Loki", url, credentials(tenant=tenant)), sleep=lambda _: None)


def at(text: str) -> datetime:
    return moment_of(Nanoseconds(int(text)))


def range_of(file: str, name: str) -> tuple[str, datetime, datetime]:
    """Query, start and end of one recorded request."""
    params = exchange("loki", file, name)["request"]["params"]
    return params["query"], at(params["start"]), at(params["end"])


def metric(loki: Loki, name: str) -> tuple[Series, ...]:
    """The recorded metric query of this name, asked again."""
    query, start, end = range_of("query_range_matrix", name)
    step = exchange("loki", "query_range_matrix", name)["request"]["params"]["step"]
    return loki.series(query, start, end, timedelta(seconds=int(step)))
