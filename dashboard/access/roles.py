"""The person behind a request, and what they may do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, has_request_context

from dashboard.access.answers import Refused
from vigie.store.people import PersonRole

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in. Times are UTC; `previous_visit_at`: when an earlier session was last used, or None."""

    id: int
    email: str
    name: str
    role: PersonRole
    must_change_password: bool
    signed_in_at: datetime
    previous_visit_at: datetime | None


def current_person() -> Person | None:
    """The person of this request. None outside a request, on the sign-in page, and while Dash sets itself up."""
    if not has_request_context():
        return None
    person: Person | None = g.get("person")
    return person


def requires(role: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorates a route or a callback: who has a lesser role gets 403, and it is recorded.

    Below `@app.callback(...)`, above nothing else. Raises ValueError for a role that is none.
    """
    needed = PersonRole(role)

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            person = current_person()
            if person is None or not person.role.includes(needed):
                raise Refused(403, f"This needs the role {needed.value}.", "Ask an admin.", action="authz_fail")
            return function(*args, **kwargs)

        return checked

    return decorate
