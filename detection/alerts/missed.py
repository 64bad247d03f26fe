"""What single rules have not looked at, because they failed or took too long. Each is tried again, after a rest."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case
from psycopg2.extras import execute_values

from detection.alerts.spans import Piece, pieces_of

_FIRST_REST_S, _LONGEST_REST_S = 5.0, 300.0
_MOST = 2000  # rows of one try
_OWING = "SELECT DISTINCT rule FROM detection_missed WHERE rule = ANY(%s)"
_NOTE = "INSERT INTO detection_missed (rule, since, until, noted_at) VALUES %s"
_TAKE = """
    DELETE FROM detection_missed WHERE id IN (
        SELECT id FROM detection_missed WHERE rule = %s ORDER BY until DESC LIMIT %s
    ) RETURNING since, until, noted_at
"""
_FORGET = "DELETE FROM detection_missed WHERE until < %s"


class Rests:
    """Which rules rest after a failure, so that they do not keep the others waiting: twice as long each time."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._length_s: dict[str, float] = {}

    def begin(self, name: str, now_s: float) -> None:
        """After a failure at `now_s`, by the monotonic clock."""
        length_s = min(2 * self._length_s.get(name, _FIRST_REST_S / 2), _LONGEST_REST_S)
        self._length_s[name], self._until[name] = length_s, now_s + length_s

    def end(self, name: str) -> None:
        """It works again."""
        self._until.pop(name, None)
        self._length_s.pop(name, None)

    def holds(self, name: str, now_s: float) -> bool:
        return self._until.get(name, now_s) > now_s


def owing(cursor: Cursor, names: Sequence[str]) -> set[str]:
    """Which of the rules `names` have something to make up for."""
    cursor.execute(_OWING, (list(names),))
    return {name for (name,) in cursor.fetchall()}


def note_missed(cursor: Cursor, missed: Iterable[tuple[str, Piece]]) -> None:
    """These rules have not looked at these pieces."""
    execute_values(cursor, _NOTE, [(name, each.since, each.until, each.noted_at) for name, each in missed])


def take_missed(cursor: Cursor, name: str) -> tuple[list[Piece], bool]:
    """What a rule has missed, struck off and put together, the newest first; and whether there is still more."""
    cursor.execute(_TAKE, (name, _MOST))
    rows = cursor.fetchall()
    pieces = pieces_of(Piece(since, until, frozenset(), noted_at) for since, until, noted_at in rows)
    return pieces, len(rows) == _MOST


def forget_missed(cursor: Cursor, before: datetime) -> None:
    """Whose events are gone."""
    cursor.execute(_FORGET, (before,))
