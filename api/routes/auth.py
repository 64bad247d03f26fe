"""Sign-up, log-in, refresh, log-out."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection

from api import accounts, sessions, throttle
from api.accounts import Account
from api.activity import Activity, Reason, Visit, record
from api.errors import ApiError
from api.forms import LogIn, RefreshToken, SignUp
from api.service import Service, TheService, TheSession, TheVisit, not_logged_in, too_many_tries
from api.tokens import Holder

router = APIRouter(prefix="/auth")


@router.post("/register", status_code=201)
def register(form: SignUp, service: TheService, visit: TheVisit) -> dict[str, Any]:
    """Makes an account. 409 when the address is taken, 429 after many sign-ups from one address."""
    with service.database.transaction() as connection:
        wait = throttle.take(connection, [throttle.sign_up_count(visit)])
    if wait is not None:
        raise too_many_tries(wait)
    password_hash = service.passwords.hash(form.password.get_secret_value())
    with service.database.transaction() as connection:
        account = accounts.create(connection, email=form.email, name=form.name, password_hash=password_hash)
        record(connection, visit, Activity.USER_CREATED, user_id=account.id, email=account.email)
    return account.as_json()


@router.post("/login")
def login(form: LogIn, service: TheService, visit: TheVisit) -> dict[str, Any]:
    """Opens a session. Every wrong try gets the same answer in the same time, whatever was wrong."""
    with service.database.transaction() as connection:
        wait = throttle.take(connection, throttle.login_counts(form.email, visit))
        account = accounts.account_named(connection, form.email)
        if wait is not None:
            _record_failure(connection, visit, form.email, account, Reason.THROTTLED)
    if wait is not None:
        raise too_many_tries(wait)
    stored = account.password_hash if account else None
    is_right = service.passwords.matches(stored, form.password.get_secret_value())
    with service.database.transaction() as connection:
        if account is not None and is_right and not account.disabled:
            return _open(connection, service, visit, account)
        _record_failure(connection, visit, form.email, account, _reason(account, is_right))
    raise ApiError(401, "The e-mail address or the password is wrong.", "Check both and try again.")


@router.post("/refresh")
def refresh(form: RefreshToken, service: TheService, visit: TheVisit) -> dict[str, Any]:
    """A new pair of tokens for a refresh token, once. A second use ends the session for everybody who holds it."""
    with service.database.transaction() as connection:
        found = sessions.exchange(connection, form.refresh_token.get_secret_value())
        if found is not None:
            session, next_token = found
            what = Activity.TOKEN_REFRESHED if next_token else Activity.TOKEN_REUSE
            record(connection, visit, what, user_id=session.account.id, email=session.account.email)
    if found is None or next_token is None:
        raise not_logged_in()
    return token_pair(service, Holder(session.account.id, session.id), next_token)


@router.post("/logout", status_code=204)
def logout(session: TheSession, service: TheService, visit: TheVisit) -> None:
    """Ends this session: its access and refresh tokens are dead from here on."""
    with service.database.transaction() as connection:
        sessions.revoke(connection, session.id)
        record(connection, visit, Activity.LOGOUT, user_id=session.account.id, email=session.account.email)


def token_pair(service: Service, holder: Holder, refresh_token: str) -> dict[str, Any]:
    """The answer that hands out tokens; `expires_in` is the access token's life in seconds."""
    return {
        "access_token": service.access_tokens.issue(holder),
        "token_type": "bearer",
        "expires_in": int(service.access_tokens.life.total_seconds()),
        "refresh_token": refresh_token,
    }


def _open(connection: Connection, service: Service, visit: Visit, account: Account) -> dict[str, Any]:
    account_count, address_count = throttle.login_counts(account.email, visit)
    throttle.forget(connection, account_count)
    throttle.give_back(connection, address_count)
    session_id, refresh_token = sessions.start(connection, account.id)
    record(connection, visit, Activity.LOGIN_SUCCESS, user_id=account.id, email=account.email)
    return token_pair(service, Holder(account.id, session_id), refresh_token)


def _record_failure(connection: Connection, visit: Visit, email: str, account: Account | None, reason: Reason) -> None:
    activity = Activity.LOGIN_THROTTLED if reason is Reason.THROTTLED else Activity.LOGIN_FAILURE
    record(connection, visit, activity, user_id=account.id if account else None, email=email, reason=reason)


def _reason(account: Account | None, is_right: bool) -> Reason:
    if account is None:
        return Reason.UNKNOWN_ACCOUNT
    return Reason.DISABLED if is_right else Reason.WRONG_PASSWORD
