"""What Vigie's own database adds to the page API: who asked what was refused, its own state, and marked deploys."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from dashboard.sources.health_questions import Change, ChangeKind, DatabaseHealth, ErrorOrigins
from dashboard.sources.interface import Answer, TimeRange
from dashboard.sources.reading import OURS, unavailable
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.store.deploys import deploys_between
from vigie.store.engine import transaction

T = TypeVar("T")
_ORIGINS = text("""
    SELECT coalesce(sum(refused) FILTER (WHERE attacking), 0)::bigint,
        coalesce(sum(refused) FILTER (WHERE NOT attacking), 0)::bigint,
        coalesce(sum(failed) FILTER (WHERE attacking), 0)::bigint,
        coalesce(sum(failed) FILTER (WHERE NOT attacking), 0)::bigint,
        count(*) FILTER (WHERE attacking), EXISTS (SELECT FROM sources WHERE hits > 0)
    FROM (
        SELECT coalesce(source_ip = ANY(CAST(:attacking AS inet[])), false)
                OR (source_ip IS NOT NULL AND bool_or(action = 'http_probe')) AS attacking,
            count(*) FILTER (WHERE http_status < 500) AS refused, count(*) FILTER (WHERE http_status >= 500) AS failed
        FROM events
        WHERE occurred_at >= :since AND occurred_at < :until AND outcome = 'failure' AND http_status >= 400
        GROUP BY source_ip
    ) by_address
""")
_DATABASE = text("""
    SELECT (SELECT sum(numbackends) FROM pg_stat_database)::bigint, current_setting('max_connections')::bigint,
        pg_database_size(current_database()), blks_hit, blks_read, deadlocks, pg_postmaster_start_time()
    FROM pg_stat_database WHERE datname = current_database()
""")


class DatabaseRecords:
    """Implements HealthRecords. Safe to use from many threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def origins(self, window: TimeRange, attacking: Iterable[str]) -> Answer[ErrorOrigins]:
        asked = {"since": window.since, "until": window.until, "attacking": sorted(set(attacking))}
        return self._read(lambda connection: ErrorOrigins(*connection.execute(_ORIGINS, asked).one()))

    def database(self) -> Answer[DatabaseHealth]:
        return self._read(_database)

    def deploys(self, window: TimeRange) -> Answer[Sequence[Change]]:
        def reading(connection: Connection) -> Sequence[Change]:
            marked = deploys_between(connection, window.since, window.until)
            return [Change(each.at, ChangeKind.DEPLOY, each.name) for each in marked]

        return self._read(reading)

    def _read(self, read: Callable[[Connection], T]) -> Answer[T]:
        try:
            with transaction(self._engine) as connection:
                return Answer(read(connection), utc_now(), OURS)
        except (VigieError, SQLAlchemyError) as error:
            return unavailable(error, OURS)


def _database(connection: Connection) -> DatabaseHealth:
    connections, most, size, hit, read, deadlocks, started_at = connection.execute(_DATABASE).one()
    cache_hit = hit / (hit + read) if hit + read else None
    return DatabaseHealth(int(connections), int(most), int(size), cache_hit, int(deadlocks), started_at)
