"""What the endpoints work with, and who is asking."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api import sessions
from api.activity import Visit
from api.database import Database
from api.errors import ApiError
from api.metrics import Metrics
from api.passwords import Passwords
from api.sessions import Session
from api.tokens import AccessTokens


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of one running service."""

    database: Database
    passwords: Passwords
    access_tokens: AccessTokens
    metrics: Metrics


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _visit(request: Request) -> Visit:
    visit: Visit = request.scope["visit"]
    return visit


TheService = Annotated[Service, Depends(_service)]
TheVisit = Annotated[Visit, Depends(_visit)]


def _session(request: Request, service: TheService, visit: TheVisit) -> Session:
    """The living session that the request's bearer token names. Raises ApiError 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    holder = service.access_tokens.read(token.strip()) if scheme.lower() == "bearer" else None
    if holder is None:
        raise not_logged_in()
    with service.database.transaction() as connection:
        session = sessions.find(connection, holder.session_id, holder.user_id)
    if session is None:
        raise not_logged_in()
    visit.user = session.account.email
    return session


TheSession = Annotated[Session, Depends(_session)]


def not_logged_in() -> ApiError:
    """401 for a token that is missing, wrong, expired or revoked: all alike."""
    return ApiError(401, "You are not logged in.", "Log in and send the access token.", {"WWW-Authenticate": "Bearer"})


def too_many_tries(wait_s: int) -> ApiError:
    """429 with the seconds to wait."""
    return ApiError(429, "Too many tries.", f"Wait {wait_s} s and try again.", {"Retry-After": str(wait_s)})
