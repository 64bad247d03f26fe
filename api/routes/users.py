"""What people do with their own account."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import accounts, activity, sessions, throttle
from api.activity import Activity, record
from api.errors import ApiError
from api.forms import PasswordChange, ProfileChange
from api.routes.auth import token_pair
from api.service import TheService, TheSession, TheVisit, too_many_tries
from api.tokens import Holder

router = APIRouter(prefix="/users/me")


@router.get("")
def profile(session: TheSession) -> dict[str, Any]:
    """Name, bio, e-mail and since when."""
    return session.account.as_json()


@router.patch("")
def change_profile(form: ProfileChange, session: TheSession, service: TheService, visit: TheVisit) -> dict[str, Any]:
    """Changes name, bio or e-mail. 409 when the new address is taken."""
    with service.database.transaction() as connection:
        account = accounts.update_profile(
            connection, session.account.id, name=form.name, bio=form.bio, email=form.email
        )
        record(connection, visit, Activity.PROFILE_UPDATED, user_id=account.id, email=account.email)
    return account.as_json()


@router.post("/password")
def change_password(form: PasswordChange, session: TheSession, service: TheService, visit: TheVisit) -> dict[str, Any]:
    """Sets a new password, ends every session of the account and answers with the tokens of a new one."""
    account, count = session.account, throttle.password_count(session.account.id)
    with service.database.transaction() as connection:
        wait = throttle.take(connection, [count])
    if wait is not None:
        raise too_many_tries(wait)
    if not service.passwords.matches(account.password_hash, form.current_password.get_secret_value()):
        raise ApiError(403, "The current password is wrong.", "Check it and try again.")
    password_hash = service.passwords.hash(form.new_password.get_secret_value())
    with service.database.transaction() as connection:
        throttle.forget(connection, count)
        accounts.set_password(connection, account.id, password_hash)
        sessions.revoke_all(connection, account.id)
        session_id, refresh_token = sessions.start(connection, account.id)
        record(connection, visit, Activity.PASSWORD_CHANGED, user_id=account.id, email=account.email)
    return token_pair(service, Holder(account.id, session_id), refresh_token)


@router.get("/activity")
def own_activity(
    session: TheSession,
    service: TheService,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """What happened to this account, newest first; `before` takes the last id of the page before."""
    with service.database.transaction() as connection:
        return {"activity": activity.of_user(connection, session.account.id, before=before, limit=limit)}
