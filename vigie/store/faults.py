"""What a PostgreSQL driver's error means for us. Knows psycopg2 only, so that the worker need not load SQLAlchemy."""

import psycopg2
from psycopg2 import errorcodes

from vigie.errors import StorageFull, StoreUnavailable

_UNAVAILABLE_CLASSES = ("08", "53", "57")


def unavailable(error: BaseException) -> StoreUnavailable | StorageFull | None:
    """Our error for a driver's error, or None when the server was there and the statement was wrong."""
    original = getattr(error, "orig", None) or error  # SQLAlchemy keeps the driver's error there
    code = getattr(original, "pgcode", None) or ""
    if code == errorcodes.DISK_FULL or "No space left on device" in str(original):
        return StorageFull("The disk below PostgreSQL is full.", "Free space there; work goes on by itself after that.")
    if code == errorcodes.QUERY_CANCELED:
        return StoreUnavailable("PostgreSQL did not answer in time.", "Try a shorter window.")
    is_connection_error = isinstance(original, psycopg2.OperationalError | psycopg2.InterfaceError)
    if code[:2] in _UNAVAILABLE_CLASSES or (not code and is_connection_error):
        return StoreUnavailable("PostgreSQL does not answer.", "Check that it runs; Vigie reconnects by itself.")
    return None
