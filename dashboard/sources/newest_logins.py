# ruff: noqa: S608 - statements are joined from constants of this package only; every value is bound
"""The newest logins, filtered and in pages, and the last failure before an instant."""

import re
from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_network

from sqlalchemy import Connection, text

from dashboard.sources import login_counts
from dashboard.sources.interface import Login, LoginFilter, LoginPage, TimeRange
from dashboard.sources.login_counts import HOUR, LOGIN, LOGIN_FAILURE, LOGIN_SUCCESS, floor
from vigie.event import FAILURE, SUCCESS, clean_text

MOST_ROWS = 1000  # per page; the grid asks for a hundred
_OUTCOMES = {None: LOGIN, SUCCESS: LOGIN_SUCCESS, FAILURE: LOGIN_FAILURE}
_COLUMNS = "encode(event_key, 'hex'), occurred_at, outcome, user_name, host(source_ip), user_agent, reason, source"
_ORDER = "ORDER BY occurred_at DESC, event_key DESC"
_NONE = LoginPage((), 0, 0)
_BEGINNING = re.compile(r"[0-9a-f.:]{1,45}")


def newest(connection: Connection, window: TimeRange, chosen: LoginFilter, offset: int, limit: int) -> LoginPage:
    """Rows newest first. A filter that cannot match (no address, no such outcome) gives none."""
    narrowed = _narrowed(chosen)
    if narrowed is None or chosen.outcome not in _OUTCOMES:
        return _NONE
    where, parameters = narrowed
    matching = (
        f"FROM events WHERE occurred_at >= :since AND occurred_at < :until AND {_OUTCOMES[chosen.outcome]}{where}"
    )
    parameters |= {"since": window.since, "until": window.until}
    if where:
        total = int(connection.scalar(text(f"SELECT count(*) {matching}"), parameters) or 0)
    else:
        total = _total(login_counts.hourly(connection, window), chosen.outcome)
    offset, limit = max(0, offset), max(0, min(limit, MOST_ROWS))
    if offset >= total or limit == 0:
        return LoginPage((), offset, total)
    rows = connection.execute(
        text(f"SELECT {_COLUMNS} {matching} {_ORDER} OFFSET :offset LIMIT :limit"),
        parameters | {"offset": offset, "limit": limit},
    )
    return LoginPage(tuple(Login(*row) for row in rows), offset, total)


def following(
    connection: Connection, window: TimeRange, chosen: LoginFilter, after: Login | None, limit: int
) -> tuple[Login, ...]:
    """The rows after `after`, newest first, without a count: for reading all of them, however many there are."""
    narrowed = _narrowed(chosen)
    if narrowed is None or chosen.outcome not in _OUTCOMES:
        return ()
    where, parameters = narrowed
    parameters |= {"since": window.since, "until": window.until, "limit": min(limit, MOST_ROWS)}
    if after is not None:
        where += " AND occurred_at <= :at AND (occurred_at, event_key) < (:at, decode(:key, 'hex'))"
        parameters |= {"at": after.occurred_at, "key": after.key}
    matching = f"occurred_at >= :since AND occurred_at < :until AND {_OUTCOMES[chosen.outcome]}{where}"
    rows = connection.execute(text(f"SELECT {_COLUMNS} FROM events WHERE {matching} {_ORDER} LIMIT :limit"), parameters)
    return tuple(Login(*row) for row in rows)


def _total(counts: Sequence[login_counts.Count], outcome: str | None) -> int:
    successes = 0 if outcome == FAILURE else sum(count.success for count in counts)
    return successes + (0 if outcome == SUCCESS else sum(count.failure for count in counts))


def last_failure_before(connection: Connection, until: datetime) -> datetime | None:
    """The newest failed login before `until`. The rollup says in which hour to look, however long ago that was."""
    hour = floor(until, HOUR)
    found = _last_failure(connection, hour, until)
    if found is None:
        last = text(f"SELECT hour FROM events_hourly WHERE hour < :hour AND {LOGIN_FAILURE} ORDER BY hour DESC LIMIT 1")
        before = connection.scalar(last, {"hour": hour})
        found = _last_failure(connection, before, before + HOUR) if before is not None else None
    return found


def _last_failure(connection: Connection, since: datetime, until: datetime) -> datetime | None:
    statement = (
        f"SELECT max(occurred_at) FROM events WHERE occurred_at >= :since AND occurred_at < :until AND {LOGIN_FAILURE}"
    )
    found: datetime | None = connection.scalar(text(statement), {"since": since, "until": until})
    return found


def _narrowed(chosen: LoginFilter) -> tuple[str, dict[str, object]] | None:
    """The filter as SQL with its values, or None when nothing can match."""
    where, parameters = "", dict[str, object]()
    for part in (_user(chosen.user_name), _address(chosen.source_ip)):
        if part is None:
            return None
        condition, value = part
        where += condition
        parameters |= value
    return where, parameters


_Condition = tuple[str, dict[str, object]]


def _user(asked: str | None) -> _Condition | None:
    """A part of the name in any case; between double quotes the whole name as it is written, which has an index."""
    if asked is None:
        return "", {}
    is_whole = len(asked) > 2 and asked[0] == asked[-1] == '"'
    name = clean_text(asked[1:-1] if is_whole else asked, 1000)
    if not name:
        return None
    if is_whole:
        return " AND user_name = :user_name", {"user_name": name}
    return " AND user_name ILIKE :user_name ESCAPE '!'", {"user_name": f"%{_literal(name)}%"}


def _address(asked: str | None) -> _Condition | None:
    """An address, a network in CIDR form, or the beginning of addresses, such as `203.0.113.` or `2001:db8:`."""
    if asked is None:
        return "", {}
    wanted = asked.strip().lower()
    try:
        network = str(ip_network(wanted, strict=False))
    except ValueError:
        if not _BEGINNING.fullmatch(wanted):
            return None
    else:
        return " AND source_ip <<= CAST(:network AS inet)", {"network": network}
    return " AND host(source_ip) LIKE :beginning", {"beginning": f"{wanted}%"}


def _literal(text_: str) -> str:
    """Text in which LIKE finds no pattern."""
    return re.sub(r"[!%_]", r"!\g<0>", text_)
