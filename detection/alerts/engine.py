"""Evaluation: what the rules see in a piece of event time that has new events.

First one question for all rules: which of them match anything new. Then, for each that does: which groups its new
events belong to, and the sliding windows of these groups around them. Each rule has a savepoint and a time limit of its
own; what one does wrong does not touch the others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import psycopg2
from psycopg2.errors import QueryCanceled
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case

from detection.alerts.plans import Plan
from detection.alerts.sightings import MINUTE, Minute, Sighting, title_of
from detection.alerts.spans import Piece
from detection.alerts.windows import Scope, grouped
from vigie.errors import VigieError
from vigie.store.driver import said
from vigie.store.faults import unavailable

_MOST_GROUPS = 1000  # more than these are not named one by one: all groups are looked at
_TYPES = {
    "source_ip": "inet",
    "http_status": "smallint",
    "severity": "smallint",
    "occurred_at": "timestamptz",
    "received_at": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rules saw, and which of them failed, with the reason and the remedy."""

    sightings: Sequence[Sighting]
    failed: Mapping[str, VigieError]
    evaluated: frozenset[str]


def evaluate(cursor: Cursor, plans: Iterable[Plan], piece: Piece) -> Seen:
    """Looks at `piece` with each rule that may match events of its categories, in the caller's transaction."""
    asked = [plan for plan in plans if plan.concerns(piece)]
    sightings: list[Sighting] = []
    failed: dict[str, VigieError] = {}
    for plan in _matching(cursor, asked, piece):
        try:
            sightings += _look(cursor, plan, piece.since, piece.until)
        except VigieError as error:
            failed[plan.rule.name] = error
    return Seen(sightings, failed, frozenset(plan.rule.name for plan in asked) - failed.keys())


def _matching(cursor: Cursor, plans: Sequence[Plan], piece: Piece) -> Iterator[Plan]:
    """Those that match a new event. Where the common question fails, all are asked one by one."""
    for reads_raw in (False, True):
        asked = [plan for plan in plans if plan.reads_raw is reads_raw]
        if not asked:
            continue
        try:
            (found,) = _rows(cursor, _sieve(cursor, asked, piece, reads_raw=reads_raw))
        except (VigieError, QueryCanceled):
            yield from asked
        else:
            yield from (plan for plan, matches in zip(asked, found, strict=True) if matches)


def _sieve(cursor: Cursor, plans: Sequence[Plan], piece: Piece, *, reads_raw: bool) -> str:
    bounds = cursor.mogrify("BETWEEN %s AND %s", (piece.since, piece.until)).decode()
    of_these = (
        cursor.mogrify("e.category = ANY(%s)", (sorted(piece.categories),)).decode() if piece.categories else "true"
    )
    raw = " LEFT JOIN events_raw r ON (r.occurred_at, r.event_key) = (e.occurred_at, e.event_key)" if reads_raw else ""
    raw += f" AND r.occurred_at {bounds}" if reads_raw else ""
    answers = ", ".join(f"bool_or({plan.condition})" for plan in plans)
    return f"SELECT {answers} FROM events e{raw} WHERE e.occurred_at {bounds} AND {of_these}"  # noqa: S608


def _look(cursor: Cursor, plan: Plan, since: datetime, until: datetime) -> list[Sighting]:
    """What the rule sees because of events from `since` to `until`. What takes too long is halved.

    Raises VigieError for a rule that cannot be evaluated.
    """
    try:
        return _seen(cursor, plan, since, until)
    except QueryCanceled:
        if until - since <= max(plan.reach, MINUTE):  # the windows around them would stay as wide
            raise VigieError(
                f"The rule {plan.rule.name} takes too long.",
                "It is tried again. Where that does not help, shorten its timespan or narrow its condition or groups.",
            ) from None
    middle = since + (until - since) / 2
    return merged([*_look(cursor, plan, since, middle), *_look(cursor, plan, middle, until)])


def _seen(cursor: Cursor, plan: Plan, since: datetime, until: datetime) -> list[Sighting]:
    group = grouped(plan.rule) if plan.picks_groups else ()
    names = "".join(f", {column}" for column in group)
    new = " UNION ALL ".join(
        f"SELECT occurred_at{names} FROM ({plan.windows.matched(name, Scope(since, until))}) AS m"  # noqa: S608
        for name in plan.leaves
    )
    # What has no value belongs to no group that could be counted; of a plain rule it is an alert all the same.
    counts = group if plan.rule.correlation is not None else ()
    known = " AND ".join(f"{column} IS NOT NULL" for column in counts) or "true"
    groups = _rows(
        cursor,
        f"SELECT min(occurred_at), max(occurred_at){names} FROM ({new}) AS new WHERE {known}"  # noqa: S608
        + (f" GROUP BY {names[2:]}" if group else " HAVING count(*) > 0"),
    )
    if not groups:
        return []
    first = _minute(min(row[0] for row in groups) - plan.reach)
    last = _minute(max(row[1] for row in groups) + plan.reach) + MINUTE
    scope = Scope(first - plan.reach, last + plan.reach, _filters(cursor, group, groups))
    return list(_sightings(plan, _rows(cursor, plan.windows.hits(scope, first, last))))


def _filters(cursor: Cursor, group: Sequence[str], groups: Sequence[Sequence[Any]]) -> list[str]:
    filters = []
    for place, column in enumerate(group, start=2):
        values = list({row[place] for row in groups})
        if len(values) <= _MOST_GROUPS and None not in values:
            written = cursor.mogrify("%s", (values,)).decode()
            filters.append(f"e.{column} = ANY({written}::{_TYPES.get(column, 'text')}[])")
    return filters


def _sightings(plan: Plan, rows: Sequence[Sequence[Any]]) -> Iterator[Sighting]:
    """`rows` come in the order of groups and minutes, as `Windows.hits` says."""
    rule, columns = plan.rule, grouped(plan.rule)
    size = len(columns)
    for values, minutes in groupby(rows, key=lambda row: tuple(row[:size])):
        entity = {column: str(value) for column, value in zip(columns, values, strict=True) if value is not None}
        parts = [row[size:] for row in minutes]
        yield Sighting(
            rule=rule.name,
            title=title_of(rule.title, entity),
            severity=rule.severity,
            entity=entity,
            sources=frozenset(source for part in parts for source in part[5]),
            minutes={part[0]: Minute(part[1], part[2], part[3]) for part in parts},
            fired_at=parts[0][4],
            samples=[(at, bytes(key)) for part in parts for at, key in zip(part[6] or (), part[7] or (), strict=True)],
        )


def merged(sightings: Iterable[Sighting]) -> list[Sighting]:
    """One for each fingerprint. A minute that was looked at twice counts as it was when more was known."""
    found: dict[bytes, Sighting] = {}
    for new in sightings:
        known = found.get(new.fingerprint)
        if known is not None:
            minutes = dict(known.minutes)
            for minute, seen in new.minutes.items():
                minutes[minute] = max(seen, minutes.get(minute, seen), key=lambda each: each.n)
            new = replace(
                new,
                sources=known.sources | new.sources,
                minutes=minutes,
                fired_at=min(known.fired_at, new.fired_at),
                samples=list(dict.fromkeys((*known.samples, *new.samples))),
            )
        found[new.fingerprint] = new
    return list(found.values())


def _rows(cursor: Cursor, question: str) -> Sequence[Sequence[Any]]:
    """The answer. What failed is taken back: QueryCanceled for what took too long, VigieError for a wrong question.

    Raises psycopg2.Error for a server that is not there.
    """
    cursor.execute("SAVEPOINT question")
    try:
        cursor.execute(question)
        rows = cursor.fetchall()
    except QueryCanceled:
        cursor.execute("ROLLBACK TO SAVEPOINT question")
        raise
    except psycopg2.Error as error:
        if unavailable(error) is not None:
            raise
        cursor.execute("ROLLBACK TO SAVEPOINT question")
        raise VigieError(f"PostgreSQL refused the rule: {said(error)}.", "Correct its condition.") from error
    cursor.execute("RELEASE SAVEPOINT question")
    return rows


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)
