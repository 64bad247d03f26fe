"""The statements that read a mapped relation, in the order in which its rows appear.

Every value comes as text, cut in the database, so that no type of theirs can break a batch. A position is the text of
the ordering columns; PostgreSQL gives it back its type. Identifiers are quoted, values are bound.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from psycopg2.extensions import quote_ident

from detection.collectors.catalog import Shape
from detection.mapping import ApplicationMapping, Order
from detection.parsers.application import Position, Row
from vigie.store.driver import Connection

TEXT_LIMIT = 2000  # characters of a value that are read at all
_ROWS_BELOW_START = 1000
_FIELDS = ("kind", "user_name", "source_ip", "user_agent", "reason")


class Walk(ABC):
    """Reads in one order; `IdWalk` and `TimeWalk` say which."""

    def __init__(self, connection: Connection, mapping: ApplicationMapping, shape: Shape) -> None:
        def name(*parts: str) -> str:  # a per cent sign in a name must not look like a placeholder
            return ".".join(quote_ident(part, connection) for part in parts).replace("%", "%%")

        self._cursor = connection.cursor()
        # Their columns carry the alias: a bare name in ORDER BY would mean the text that is selected.
        self._relation = f"{name(*mapping.relation)} AS r"
        self._id = f"r.{name(mapping.columns['id'])}"
        self._time = f"r.{name(mapping.columns['occurred_at'])}"
        self._id_type = shape.id_type.replace("%", "%%")
        self.reads = f"{type(self).__name__} {self._relation} {self._id} {self._time}"
        self._zone = None if shape.time_has_zone else mapping.time_zone  # an IANA name: no quote in it
        self._overlap = mapping.overlap
        fields = (mapping.columns.get(field) for field in _FIELDS)
        cut = [f"left(r.{name(column)}::text, {TEXT_LIMIT})" if column else "NULL" for column in fields]
        self._select = ", ".join([f"{self._id}::text", f"{self._time}::text", self._utc(), *cut])

    @abstractmethod
    def newer(self, position: Position | None, limit: int) -> list[Row]:
        """Rows after `position`, in order."""

    @abstractmethod
    def between(self, position: Position | None, until: Position, limit: int) -> list[Row]:
        """Rows after `position` and not after `until`, in order."""

    @abstractmethod
    def ids_since(self, low: Position | None, newest: Position | None) -> list[str]:
        """The keys of the window above `low`. Rows after `newest` in order are left to `newer`."""

    @abstractmethod
    def start(self) -> Position | None:
        """Where the rows begin that a transaction of the overlap's length may still add to; None: at the first row."""

    @abstractmethod
    def has_gone_back(self, position: Position | None) -> bool:
        """Whether the relation no longer reaches `position`: restored from a backup, or emptied."""

    def rows_of(self, ids: Sequence[str]) -> list[Row]:
        return self._rows(f"{self._id} = ANY(%s::{self._id_type}[])", (list(ids),))

    def _rows(self, condition: str, values: Sequence[object], order: str = "", limit: int | None = None) -> list[Row]:
        tail = f" ORDER BY {order} LIMIT {limit}" if order else ""
        found = self._ask(f"SELECT {self._select} FROM {self._relation} WHERE {condition}{tail}", values)  # noqa: S608 - quoted
        return [Row(r[0], self._position(r[0], r[1]), *r[2:]) for r in found if r[0] is not None]

    def _ids(self, condition: str, values: Sequence[object]) -> list[str]:
        found = self._ask(f"SELECT {self._id}::text FROM {self._relation} WHERE {condition}", values)  # noqa: S608 - quoted
        return [id_ for (id_,) in found if id_ is not None]

    def _ask(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        self._cursor.execute(statement, values)
        return self._cursor.fetchall()

    def _utc(self) -> str:
        """Their time as text in UTC; the session's zone is UTC."""
        if self._zone is None:
            return f"{self._time}::text"
        return f"({self._time} AT TIME ZONE '{self._zone}')::text"

    def _now(self) -> str:
        """The present as their column writes it."""
        return "now()" if self._zone is None else f"(now() AT TIME ZONE '{self._zone}')"

    @abstractmethod
    def _position(self, id_: str, time: str | None) -> Position: ...


class IdWalk(Walk):
    """By a whole-number key that grows with every row. An old time does not hide a new row."""

    def newer(self, position: Position | None, limit: int) -> list[Row]:
        if position is None:
            return self._rows("true", (), self._id, limit)
        return self._rows(f"{self._id} > %s", position, self._id, limit)

    def between(self, position: Position | None, until: Position, limit: int) -> list[Row]:
        if position is None:
            return self._rows(f"{self._id} <= %s", until, self._id, limit)
        return self._rows(f"{self._id} > %s AND {self._id} <= %s", (*position, *until), self._id, limit)

    def ids_since(self, low: Position | None, newest: Position | None) -> list[str]:
        if newest is None:
            return []
        above = f"{self._id} > %s AND" if low else ""
        return self._ids(f"{above} {self._id} <= %s", (*(low or ()), *newest))

    def start(self) -> Position | None:
        """A thousand rows below the first of recent time: late rows carry an old time beside a new key."""
        recent = f"{self._time} BETWEEN {self._now()} - %s AND {self._now()} + interval '10 minutes'"
        found = self._ask(
            f"""WITH recent AS (SELECT {self._id} AS id FROM {self._relation} WHERE {recent} OFFSET 0)
            SELECT {self._id}::text FROM {self._relation}
            WHERE {self._id} < coalesce((SELECT min(id) FROM recent), (SELECT max({self._id}) FROM {self._relation}))
            ORDER BY {self._id} DESC OFFSET {_ROWS_BELOW_START} LIMIT 1""",  # noqa: S608 - quoted
            (self._overlap,),
        )
        return (found[0][0],) if found else None

    def has_gone_back(self, position: Position | None) -> bool:
        if position is None:
            return False
        ((greatest,),) = self._ask(f"SELECT max({self._id})::text FROM {self._relation}")  # noqa: S608 - quoted
        return greatest is None or int(greatest) < int(position[0])

    def _position(self, id_: str, time: str | None) -> Position:
        return (id_,)


class TimeWalk(Walk):
    """By (time, key), for keys that do not grow. A position may be a time alone.

    Times after the present are left to `ids_since`, so that one wrong clock does not hide all that follows.
    """

    def newer(self, position: Position | None, limit: int) -> list[Row]:
        condition, values = self._after(position)
        return self._rows(f"{condition} AND {self._time} <= {self._now()}", values, self._order, limit)

    def between(self, position: Position | None, until: Position, limit: int) -> list[Row]:
        condition, values = self._after(position)
        return self._rows(f"{condition} AND {self._time} <= %s", (*values, until[0]), self._order, limit)

    def ids_since(self, low: Position | None, newest: Position | None) -> list[str]:
        """Rows without a time are among them. A zone's clock goes back in autumn: hence the look at the present too."""
        window = f"{self._now()} - %s"
        since = f"least(%s, {window})" if low else window
        values = (*(low[:1] if low else ()), self._overlap)
        return self._ids(f"{self._time} >= {since} OR {self._time} IS NULL", values)

    def start(self) -> Position | None:
        ((time,),) = self._ask(f"SELECT ({self._now()} - %s)::text", (self._overlap,))
        return (time,)

    def has_gone_back(self, position: Position | None) -> bool:
        return False  # time goes on after a restore

    @property
    def _order(self) -> str:
        return f"{self._time}, {self._id}"

    def _after(self, position: Position | None) -> tuple[str, Position]:
        if position is None:
            return "true", ()
        if len(position) == 1:
            return f"{self._time} >= %s", position
        return f"({self._time}, {self._id}) > (%s, %s)", position

    def _position(self, id_: str, time: str | None) -> Position:
        return (time or "", id_)


def walk_of(connection: Connection, mapping: ApplicationMapping, shape: Shape) -> Walk:
    """The walk for the relation's order."""
    made = IdWalk if shape.order is Order.ID else TimeWalk
    return made(connection, mapping, shape)
