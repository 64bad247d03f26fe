"""Searches that people keep under a name. Whoever made one changes it; an admin may take away what is shared.

Functions work in the caller's transaction, with the role of the console, and raise VigieError for what cannot be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from vigie.errors import VigieError
from vigie.event import clean_text

MOST_SAVED = 50
LONGEST_NAME = 80
_MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class Search:
    """What is kept: a query, what is ticked (`source:falco`), and the relative range (`24h`), None for any."""

    query: str
    ticks: tuple[str, ...]
    span: str | None


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """One kept search. `owner`: the name of whoever made it."""

    id: int
    name: str
    owner: str
    is_own: bool
    shared: bool
    search: Search


def saved_searches(connection: Connection, person_id: int) -> list[SavedSearch]:
    """One's own, then the shared ones of others, each by name."""
    rows = connection.execute(
        text("""
            SELECT s.id, s.name, coalesce(nullif(p.name, ''), p.email) AS owner, s.person_id = :person AS is_own,
                   s.shared, s.query, s.ticks, s.span
            FROM saved_searches s JOIN people p ON p.id = s.person_id
            WHERE s.person_id = :person OR s.shared
            ORDER BY is_own DESC, lower(s.name), s.id LIMIT :most
        """),
        {"person": person_id, "most": _MOST_LISTED},
    )
    return [
        SavedSearch(row.id, row.name, row.owner, row.is_own, row.shared, Search(row.query, tuple(row.ticks), row.span))
        for row in rows
    ]


def save_search(connection: Connection, person_id: int, name: str, search: Search, *, shared: bool) -> None:
    """Keeps a search under `name`; one's own of the same name is replaced. Raises VigieError past 50 of them."""
    kept = checked_name(name)
    connection.execute(text("SELECT 1 FROM people WHERE id = :person FOR NO KEY UPDATE"), {"person": person_id})
    others = connection.scalar(
        text("SELECT count(*) FROM saved_searches WHERE person_id = :person AND lower(name) <> lower(:name)"),
        {"person": person_id, "name": kept},
    )
    if (others or 0) >= MOST_SAVED:
        raise VigieError(f"You keep {MOST_SAVED} searches, which is the most.", "Delete one that you do not need.")
    connection.execute(
        text("""
            INSERT INTO saved_searches AS s (person_id, name, query, ticks, span, shared)
            VALUES (:person, :name, :query, :ticks, :span, :shared)
            ON CONFLICT (person_id, lower(name)) DO UPDATE
            SET name = excluded.name, query = excluded.query, ticks = excluded.ticks, span = excluded.span,
                shared = excluded.shared, saved_at = clock_timestamp()
        """),
        {"person": person_id, "name": kept, "query": search.query, "ticks": list(search.ticks), "span": search.span,
         "shared": shared},
    )  # fmt: skip


def rename_search(connection: Connection, person_id: int, search_id: int, name: str) -> str:
    """Gives one's own search another name; the name it had. Raises VigieError."""
    kept = checked_name(name)
    before = _name_of(connection, person_id, search_id, or_shared=False)
    taken = connection.scalar(
        text("SELECT 1 FROM saved_searches WHERE person_id = :person AND lower(name) = lower(:name) AND id <> :id"),
        {"person": person_id, "name": kept, "id": search_id},
    )
    if taken:
        raise VigieError(f"You keep another search named “{kept}”.", "Choose another name.")
    connection.execute(text("UPDATE saved_searches SET name = :name WHERE id = :id"), {"name": kept, "id": search_id})
    return before


def delete_search(connection: Connection, person_id: int, search_id: int, *, or_shared: bool) -> str:
    """Deletes one's own search, or with `or_shared` a shared one of anybody; its name. Raises VigieError."""
    name = _name_of(connection, person_id, search_id, or_shared=or_shared)
    connection.execute(text("DELETE FROM saved_searches WHERE id = :id"), {"id": search_id})
    return name


def checked_name(name: str) -> str:
    """The name as it is kept: on one line, without marks that cannot be seen. Raises VigieError."""
    seen = " ".join("".join(sign if sign.isprintable() else " " for sign in clean_text(name, 1000) or "").split())
    if not seen:
        raise VigieError("The search has no name.", "Give it one, to find it again.")
    if len(seen) > LONGEST_NAME:
        raise VigieError(f"The name is longer than {LONGEST_NAME} characters.", "Shorten it.")
    return seen


def _name_of(connection: Connection, person_id: int, search_id: int, *, or_shared: bool) -> str:
    names: Sequence[str] = connection.scalars(
        text("""
            SELECT name FROM saved_searches
            WHERE id = :id AND (person_id = :person OR (shared AND :or_shared)) FOR UPDATE
        """),
        {"id": search_id, "person": person_id, "or_shared": or_shared},
    ).all()
    if not names:
        raise VigieError("This is not a search of yours.", "It may have been deleted meanwhile: open the list again.")
    return names[0]
