"""Wrong passwords are counted in PostgreSQL, so that every process and every restart knows them.

Five for one e-mail from one address bring a pause of five minutes; after it, each further wrong try brings the next
one, for a quarter of an hour. Wider limits hold for one address over all e-mails and one e-mail over all addresses;
the latter spares addresses from which that person signed in before, so that nobody can lock them out.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from dashboard.access.client import throttle_address
from vigie.event import clean_text

PAUSE = timedelta(minutes=5)
REMEMBERED = timedelta(minutes=15)
TRIES_PER_PAIR, TRIES_PER_ADDRESS, TRIES_PER_EMAIL = 5, 30, 20

# One look for the three limits: the newest wrong try of each group, and how many there are.
_COUNT = text("""
    SELECT count(*) FILTER (WHERE email = :email AND source_ip IS NOT DISTINCT FROM CAST(:address AS inet)) AS pair,
           max(at) FILTER (WHERE email = :email AND source_ip IS NOT DISTINCT FROM CAST(:address AS inet)) AS pair_at,
           count(*) FILTER (WHERE source_ip IS NOT DISTINCT FROM CAST(:address AS inet)) AS address,
           max(at) FILTER (WHERE source_ip IS NOT DISTINCT FROM CAST(:address AS inet)) AS address_at,
           count(*) FILTER (WHERE email = :email) AS email,
           max(at) FILTER (WHERE email = :email) AS email_at
    FROM sign_in_failures WHERE at > :since
""")
_KNOWN_ADDRESS = text("""
    SELECT EXISTS (SELECT 1 FROM sessions s JOIN people p ON p.id = s.person_id
                   WHERE lower(p.email) = :email AND s.source_ip = CAST(:exact AS inet))
""")


def claim_try(connection: Connection, email: str, address: str | None, now: datetime) -> timedelta | None:
    """Counts a try before its password is looked at. Returns how long to wait instead when it is one too many.

    Tries of the same pair queue here, so that many at once do not pass together. A right password takes the count
    back with `forget_tries`.
    """
    group = _group(email, address)
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:pair, 0))"), {"pair": repr(group)})
    row = connection.execute(_COUNT, {**group, "since": now - REMEMBERED}).one()
    ends: list[datetime] = [row.pair_at + PAUSE] if row.pair >= TRIES_PER_PAIR else []
    if row.address >= TRIES_PER_ADDRESS:
        ends.append(row.address_at + PAUSE)
    if row.email >= TRIES_PER_EMAIL and not connection.scalar(_KNOWN_ADDRESS, {**group, "exact": address}):
        ends.append(row.email_at + PAUSE)
    if ends and max(ends) > now:
        return max(ends) - now
    connection.execute(
        text("INSERT INTO sign_in_failures (at, email, source_ip) VALUES (:now, :email, CAST(:address AS inet))"),
        {**group, "now": now},
    )
    connection.execute(text("DELETE FROM sign_in_failures WHERE at < :old"), {"old": now - timedelta(days=1)})
    return None


def forget_tries(connection: Connection, email: str, address: str | None) -> None:
    """After a right password: the pair starts again from nothing."""
    connection.execute(
        text("""DELETE FROM sign_in_failures
                WHERE email = :email AND source_ip IS NOT DISTINCT FROM CAST(:address AS inet)"""),
        _group(email, address),
    )


def _group(email: str, address: str | None) -> dict[str, str | None]:
    return {"email": (clean_text(email.strip().lower(), 320) or ""), "address": throttle_address(address)}
