"""Which streams of Loki are read and how: `[[loki]]` of `config/sources.toml`."""

import re
from dataclasses import dataclass
from datetime import timedelta

from detection.file_mapping import keeps_all, routes_of
from detection.parsers.registry import PARSERS
from detection.toml_table import Table
from vigie.clients.errors import BadFilter
from vigie.clients.literals import Match, Matcher
from vigie.clients.logql import LogQuery
from vigie.errors import ConfigurationError

LOKI_KEYS = (
    "name", "title", "format", "time_zone", "routes", "keep", "lookback_minutes", "history_hours", "poll_s",
    "expected_period_s", "grace_s", "streams",
)  # fmt: skip
_MATCHES = {"regex": Match.REGEX, "not": Match.NOT_EQUAL, "not_regex": Match.NOT_REGEX}


@dataclass(frozen=True, slots=True)
class LokiMapping:
    """One `[[loki]]`. `lookback`: how much later than others a line may arrive. `history`: how far back the first
    reading begins. `poll_seconds` lie between two looks. `time_zone`: the IANA zone of times written without one.
    `keeps_all`: every request and every line becomes an event.
    """

    place: str
    name: str
    title: str
    query: LogQuery
    format: str
    time_zone: str
    routes: tuple[str, ...]
    lookback: timedelta
    history: timedelta
    poll_seconds: int
    expected_period_s: int
    grace_s: int
    keeps_all: bool = False


def loki_of(table: Table, name_pattern: re.Pattern[str], name_hint: str) -> LokiMapping:
    """Raises ConfigurationError with the file, the key and the remedy."""
    table.allow_only(LOKI_KEYS)
    name = table.text("name", pattern=name_pattern, hint=name_hint)
    expected = table.whole("expected_period_s", 10, lowest=10, highest=86_400)
    return LokiMapping(
        place=table.place,
        name=name,
        title=table.text("title", default=name),
        query=_query(table.table("streams")),
        format=table.choice("format", list(PARSERS)),
        time_zone=table.time_zone("time_zone") or "UTC",
        routes=routes_of(table),
        lookback=timedelta(minutes=table.whole("lookback_minutes", 15, lowest=1, highest=1440)),
        history=timedelta(hours=table.whole("history_hours", 24, lowest=0, highest=9600)),
        poll_seconds=table.whole("poll_s", 1, lowest=1, highest=min(expected, 300)),
        expected_period_s=expected,
        grace_s=table.whole("grace_s", 20, lowest=0, highest=86_400),
        keeps_all=keeps_all(table),
    )


def _query(streams: Table) -> LogQuery:
    """The streams whose labels match. Values are bound, never pasted."""
    try:
        return LogQuery(tuple(_matcher(streams, label) for label in streams.entries()))
    except BadFilter as error:
        raise ConfigurationError(f"{streams.place}: {error.sentence}", error.advice) from error


def _matcher(streams: Table, label: str) -> Matcher:
    if not streams.is_table(label):
        return _bound(streams, label, Match.EQUAL, streams.text(label))
    condition = streams.table(label)
    condition.allow_only(_MATCHES)
    if len(condition.entries()) != 1:
        raise streams.wrong(label, "has not exactly one condition", f"It takes one of: {', '.join(_MATCHES)}.")
    (kind,) = condition.entries()
    return _bound(streams, label, _MATCHES[kind], condition.text(kind))


def _bound(streams: Table, label: str, match: Match, value: str) -> Matcher:
    try:
        return Matcher(label, match, value)
    except BadFilter as error:
        raise ConfigurationError(f"{streams.place}, {label}: {error.sentence}", error.advice) from error
