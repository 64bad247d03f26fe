"""Two logins of one account between which nobody can have travelled, as events.

An event is made in the transaction that stores the later one of the two to come, whichever happened first, and its
key is that of the later login: whatever the order, and however often a log is read, there is one.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

from psycopg2.errors import QueryCanceled
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case

from detection.travel.places import Place, Places, distance_km
from vigie.event import UNKNOWN, Event, clean_text, key_of
from vigie.severity import Severity

SOURCE, CATEGORY, ACTION = "vigie", "authentication", "impossible_travel"
_LOGINS = ("authn_login_success", "authn_login_successafterfail")
_WITHIN = timedelta(hours=12)
_FASTEST_KM_H = 1000.0  # an airliner flies at 900
_NEAREST_KM = 500.0  # below, tables of addresses are wrong too often
_LEARNED, _KNOWN, _JUST_NOW = timedelta(days=7), timedelta(days=90), timedelta(days=1)
_MOST_LOGINS, _MOST_OTHERS = 500, 50
_LONGEST = "2s"

_OTHERS = """
    SELECT l.place - 1, p.occurred_at, p.event_key, host(p.source_ip)
    FROM unnest(%(users)s::text[], %(times)s::timestamptz[], %(addresses)s::inet[])
        WITH ORDINALITY AS l (user_name, at, address, place)
    CROSS JOIN LATERAL (
        SELECT e.occurred_at, e.event_key, e.source_ip FROM events e
        WHERE e.user_name = l.user_name AND e.source = %(source)s AND e.action = ANY(%(logins)s)
            AND e.source_ip <> l.address AND e.occurred_at BETWEEN l.at - %(within)s AND l.at + %(within)s
            AND e.occurred_at BETWEEN %(since)s AND %(until)s
        ORDER BY e.occurred_at DESC LIMIT %(most)s) AS p
"""
# Whether the account is known for long enough to be judged, and whether it used both addresses before.
_HABITS = """
    SELECT coalesce(min(occurred_at) <= %(at)s - %(learned)s, false),
        coalesce(bool_or(source_ip = %(here)s::inet AND occurred_at < %(at)s - %(just_now)s), false)
        AND coalesce(bool_or(source_ip = %(there)s::inet AND occurred_at < %(at)s - %(just_now)s), false)
    FROM events WHERE user_name = %(user)s AND source = %(source)s AND action = ANY(%(logins)s)
        AND occurred_at BETWEEN %(at)s - %(known)s AND %(at)s
"""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Login:
    at: datetime
    key: bytes
    address: IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class _Journey:
    """From one login to a later one of the same account."""

    user: str
    source: str
    begin: _Login
    end: _Login
    km: float
    places: tuple[Place, Place]


class Journeys:
    """Finds the impossible ones among logins. Not for use by several threads at once."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def events(self, cursor: Cursor, stored: Sequence[Event]) -> list[Event]:
        """The events that `stored`, which are in the events of this transaction already, make.

        What takes longer than two seconds is left out and logged: logins must be stored whatever this costs.
        """
        logins = [event for event in stored if event.action in _LOGINS and event.user_name and event.source_ip]
        made: dict[bytes, Event] = {}
        for place in range(0, len(logins), _MOST_LOGINS):
            cursor.execute("SAVEPOINT journeys")
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", (_LONGEST,))
            try:
                for journey in list(self._journeys(cursor, logins[place : place + _MOST_LOGINS])):
                    if _is_unusual(cursor, journey):
                        event = _event(journey)
                        made.setdefault(event.event_key, event)
            except QueryCanceled:
                _log.warning("logins were not compared by place: it took too long")
            cursor.execute("ROLLBACK TO SAVEPOINT journeys")  # it only read, and the limit is as it was
        return list(made.values())

    def _journeys(self, cursor: Cursor, logins: Sequence[Event]) -> Iterator[_Journey]:
        """Those that nobody can have made."""
        for login, other in _pairs(cursor, logins):
            one = _Login(login.occurred_at, login.event_key, login.source_ip)  # type: ignore[arg-type]
            begin, end = sorted((one, other), key=lambda each: (each.at, each.key))
            here, there = self._places.place_of(begin.address), self._places.place_of(end.address)
            if here is None or there is None or not _are_apart(here, there):
                continue
            km, hours = distance_km(here, there), (end.at - begin.at) / timedelta(hours=1)
            if km >= _NEAREST_KM and km > hours * _FASTEST_KM_H:
                yield _Journey(str(login.user_name), login.source, begin, end, km, (here, there))


def _pairs(cursor: Cursor, logins: Sequence[Event]) -> Iterator[tuple[Event, _Login]]:
    """Each of `logins`, which are of one source, with the account's others around it."""
    if not logins:
        return
    times = [login.occurred_at for login in logins]
    values = {
        "users": [login.user_name for login in logins],
        "times": times,
        "addresses": [str(login.source_ip) for login in logins],
        "source": logins[0].source,
        "logins": list(_LOGINS),
        "within": _WITHIN,
        "since": min(times) - _WITHIN,
        "until": max(times) + _WITHIN,
        "most": _MOST_OTHERS,
    }
    cursor.execute(_OTHERS, values)
    for place, at, key, address in cursor.fetchall():
        yield logins[place], _Login(at, bytes(key), ip_address(address))


def _are_apart(one: Place, other: Place) -> bool:
    """Within one country or one network, addresses wander more than people do; behind a relay they tell nothing."""
    is_same = one.network is not None and one.network == other.network
    return not (one.is_moving or other.is_moving or is_same or one.country == other.country)


def _is_unusual(cursor: Cursor, journey: _Journey) -> bool:
    values = {
        "user": journey.user,
        "source": journey.source,
        "logins": list(_LOGINS),
        "at": journey.end.at,
        "here": str(journey.begin.address),
        "there": str(journey.end.address),
        "learned": _LEARNED,
        "known": _KNOWN,
        "just_now": _JUST_NOW,
    }
    cursor.execute(_HABITS, values)
    is_learned, are_known = cursor.fetchone() or (False, False)
    return bool(is_learned and not are_known)


def _event(journey: _Journey) -> Event:
    begin, end = journey.begin, journey.end
    minutes = round((end.at - begin.at) / timedelta(minutes=1))
    here, there = (place.country or "an unknown country" for place in journey.places)
    message = (
        f"{journey.user} logged in from {end.address} ({there}) {minutes} min after {begin.address} ({here}): "
        f"at least {journey.km:.0f} km."
    )
    return Event(
        occurred_at=end.at,
        event_key=key_of(SOURCE, ACTION, end.key.hex()),
        source=SOURCE,
        category=CATEGORY,
        action=ACTION,
        outcome=UNKNOWN,
        severity=Severity.INFORMATIONAL,
        rule=ACTION,
        user_name=journey.user,
        source_ip=end.address,
        message=clean_text(message, 2000),
        raw={
            "source": journey.source,
            "from": str(begin.address),
            "to": str(end.address),
            "begun_at": begin.at.isoformat(),
            "ended_at": end.at.isoformat(),
            "km": round(journey.km),
        },
    )
