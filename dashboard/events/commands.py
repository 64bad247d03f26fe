"""What the page changes: the searches that people keep. Each change is recorded in the same transaction."""

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output
from sqlalchemy import Connection, Engine

from dashboard.access.answers import Refused
from dashboard.access.records import record
from dashboard.access.roles import Person, current_person
from dashboard.events.search import tick_texts, ticks
from dashboard.ui import words
from dashboard.ui.view import PRESET_WORDS
from vigie.errors import VigieError
from vigie.event import SUCCESS
from vigie.query import parse
from vigie.store.engine import transaction
from vigie.store.people import PersonRole
from vigie.store.saved_searches import (
    SavedSearch,
    Search,
    delete_search,
    rename_search,
    save_search,
    saved_searches,
)

ASKED, TOLD = "saved-asked", "saved-told"


def register(app: Dash, engine: Engine) -> None:
    """Registers the one callback: it does what is asked, and tells the list as it is then."""

    @app.callback(Output(TOLD, "data"), Input(ASKED, "data"), prevent_initial_call=True)
    def saved(data: object) -> dict[str, Any]:
        person = current_person()
        if person is None:
            raise Refused(403, "This needs somebody who is signed in.", "Sign in again.", action="authz_fail")
        return answer(engine, person, data if isinstance(data, dict) else {})


def answer(engine: Engine, person: Person, given: Mapping[str, object]) -> dict[str, Any]:
    """Does `given["act"]`: save, rename, delete; anything else only lists. An error is told, not raised."""
    told: dict[str, Any] = {"n": given.get("n"), "said": "", "error": None, "searches": None}
    try:
        with transaction(engine) as connection:
            told["said"] = _act(connection, person, given)
        with transaction(engine) as connection:
            listed = saved_searches(connection, person.id)
    except VigieError as error:
        return told | {"error": str(error)}
    return told | {"searches": [_told(each, person) for each in listed], "may_share": _may_share(person)}


def _act(connection: Connection, person: Person, given: Mapping[str, object]) -> str:
    name, number = given.get("name"), given.get("id")
    named, known = name if isinstance(name, str) else "", number if type(number) is int else -1
    match given.get("act"):
        case "save":
            search, shared = _search(given), given.get("shared") is True
            if shared and not _may_share(person):
                raise VigieError("Sharing a search needs the role analyst.", "Keep it for yourself, or ask an admin.")
            save_search(connection, person.id, named, search, shared=shared)
            detail = {"query": search.query, "ticks": list(search.ticks), "shared": shared}
            record(connection, "saved_search_save", SUCCESS, target=named, detail=detail)
            return "The search is saved."
        case "rename":
            before = rename_search(connection, person.id, known, named)
            record(connection, "saved_search_rename", SUCCESS, target=named, detail={"before": before})
            return "The search has its new name."
        case "delete":
            is_admin = person.role.includes(PersonRole.ADMIN)
            record(
                connection, "saved_search_delete", SUCCESS,
                target=delete_search(connection, person.id, known, or_shared=is_admin),
            )  # fmt: skip
            return "The search is deleted."
        case _:
            return ""


def _search(given: Mapping[str, object]) -> Search:
    """Raises QueryError."""
    query, span = given.get("q"), given.get("range")
    return Search(
        str(parse(query if isinstance(query, str) else "")),
        tuple(tick_texts(ticks(given.get("tick")))),
        span if isinstance(span, str) and span in PRESET_WORDS else None,
    )


def _may_share(person: Person) -> bool:
    return person.role.includes(PersonRole.ANALYST)


def _told(saved: SavedSearch, person: Person) -> dict[str, Any]:
    parts = [saved.search.query, *saved.search.ticks, PRESET_WORDS.get(saved.search.span or "", "")]
    return {
        "id": saved.id,
        "name": words.outside(saved.name, 80),
        "owner": "" if saved.is_own else words.outside(saved.owner, 60),
        "shared": saved.shared,
        "words": words.outside(", ".join(part for part in parts if part), 200) if any(parts) else "all events",
        "q": saved.search.query,
        "tick": list(saved.search.ticks),
        "range": saved.search.span,
        "may_rename": saved.is_own,
        "may_delete": saved.is_own or person.role.includes(PersonRole.ADMIN),
    }
