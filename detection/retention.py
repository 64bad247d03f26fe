"""Retention: once a day the leader drops the partitions that are too old, and makes those of the days to come."""

import logging
import threading
from datetime import timedelta

from detection.leader import Lead, LeadersKeeper
from vigie.clock import utc_now
from vigie.errors import VigieError

_AHEAD = _WEEK = timedelta(weeks=1)
_REPEATS = timedelta(days=30)  # how long a record that is sent again is known as a repeat
_SKEW = timedelta(hours=1)  # the server's clock may be behind ours, and it drops nothing younger than a day
_DAY_S, _RETRY_S = 86_400.0, 60.0

_log = logging.getLogger(__name__)


class RetentionLoop:
    """Does the day's work at once and every 24 hours until `stop` is set, while `lead` is held.

    `events` and `raw`: how long events and their raw records are kept, counted back from now. Partitions are whole
    weeks (UTC): one goes when its last day is past.
    """

    def __init__(self, url: str, events: timedelta, raw: timedelta, lead: Lead, stop: threading.Event) -> None:
        self._keeper = _DayKeeper(url, events, lead)
        self._raw = raw
        self._stop = stop

    def run(self) -> None:
        """The body of its thread. What cannot be done now is logged and tried again a minute later."""
        while not self._stop.is_set():
            try:
                self._keeper.keep_day(self._raw)
                wait_s = _DAY_S
            except VigieError as error:
                if not self._stop.is_set():
                    _log.warning("retention did not do its work", extra={"reason": str(error)})
                wait_s = _RETRY_S
            finally:
                self._keeper.close()
            self._stop.wait(wait_s)


class _DayKeeper(LeadersKeeper):
    def keep_day(self, raw: timedelta) -> None:
        """One transaction: partitions for a week ahead are made, those past retention dropped."""
        now = utc_now()
        with self._transaction() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT ensure_event_partitions(%s, %s)", (now, now + _AHEAD))
            old = now - _SKEW
            cursor.execute("SELECT drop_event_partitions(%s, %s)", (old - self._retention, old - raw))
            row = cursor.fetchone()
            cursor.execute("DELETE FROM intake_records WHERE received_at < %s", (now - _REPEATS,))
            cursor.execute("DELETE FROM event_folds WHERE last_at < %s", (now - self._retention - _WEEK,))
        if row and row[0]:
            _log.info("what was past retention was dropped", extra={"partitions": row[0]})
