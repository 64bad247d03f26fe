"""Sign-in, sign-out and the change of password: three pages that work without a script."""

import hashlib
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, g, render_template, request, send_file
from sqlalchemy import Engine
from werkzeug.exceptions import NotFound

from dashboard.access import csrf
from dashboard.access.answers import Refused
from dashboard.access.bundles import Bundles
from dashboard.access.client import current_address
from dashboard.access.cookies import Cookies
from dashboard.access.next_page import safe_next
from dashboard.access.reach import Reach
from dashboard.access.records import Refusals, record
from dashboard.access.sessions import Session, Sessions
from dashboard.access.throttle import claim_try, forget_tries
from vigie.clock import utc_now
from vigie.errors import StorageFull, StoreUnavailable
from vigie.event import FAILURE, SUCCESS
from vigie.store.engine import transaction
from vigie.store.passwords import WeakPassword, is_outdated, is_right
from vigie.store.people import PersonRecord, change_password, find_person, note_first_use, store_rehashed

_STATIC = Path(__file__).parent / "static"
_FILES = ("login.css", "login.js", "mark.svg")
_WRONG = ("E-mail or password is not right.", "Try again, or ask an admin for a new password.")
_WRONG_PRESENT = ("The present password is not right.", "Try again.")
_WRONG_ONE_TIME = (
    "The one-time password is not right or no longer valid.",
    "Try again, or ask an admin for a new one and sign in with that.",
)
_OVER = "the one-time password is no longer valid"
_DOWN = ("PostgreSQL does not answer.", "Sign-in works again by itself once it is back.")
_EXPIRED = ("This form was open for too long.", "Please try again.")


@dataclass(frozen=True, slots=True)
class Door:
    """The routes and what they need."""

    engine: Engine
    sessions: Sessions
    cookies: Cookies
    reach: Reach
    refusals: Refusals
    bundles: Bundles
    instance_name: str
    clock: Callable[[], datetime] = utc_now

    def blueprint(self) -> Blueprint:
        routes = Blueprint("access", __name__, template_folder="templates")
        routes.add_url_rule("/login", "sign_in", self.sign_in, methods=["GET", "POST"])
        routes.add_url_rule("/login/files/<name>", "sign_in_file", _file)
        routes.add_url_rule("/logout", "sign_out", self.sign_out, methods=["POST"])
        routes.add_url_rule("/password", "password", self.password, methods=["GET", "POST"])
        self.bundles.add_to(routes)
        routes.app_template_global("file_url")(file_url)
        return routes

    def sign_in(self) -> Response:
        """GET shows the page, POST tries the password. The same answer, in the same time, for whoever is not let in."""
        if request.method != "POST":
            return self._sign_in_shown()
        try:
            self._check_form()
            return self._tried(request.form.get("email", ""), request.form.get("password", ""))
        except Refused as refusal:
            self.refusals.record("authz_fail", refusal.sentence)
            return self._page(refusal.status, refusal.sentence, refusal.advice)
        except (StoreUnavailable, StorageFull):
            return self._page(503, *_DOWN)

    def sign_out(self) -> Response:
        """Ends the session on the server and removes what the browser keeps of it.

        Not "cookies" in Clear-Site-Data: that would sign the person out of every site of the same domain.
        """
        with transaction(self.engine) as connection:
            self.sessions.revoke(connection, self.cookies.read(self.cookies.session))
            record(connection, "session_ended", SUCCESS)
        response = _see_other("/login")
        self.cookies.clear(response)
        response.headers["Clear-Site-Data"] = '"storage"'
        return response

    def password(self) -> Response:
        """The person's own change of password; their other sessions end."""
        session: Session = g.session
        if request.method != "POST":
            return _password_page(200)
        try:
            self._changed(session, request.form.get("old", ""), request.form.get("new", ""))
        except (Refused, WeakPassword) as refusal:
            return _password_page(422, refusal.sentence, refusal.advice)
        self.sessions.forget()
        return _see_other("/")

    def _sign_in_shown(self) -> Response:
        token = self.cookies.read(self.cookies.session)
        try:
            is_in = bool(token) and self.sessions.verify(token) is not None
        except (StoreUnavailable, StorageFull):
            is_in = False
        if is_in:
            return _see_other(safe_next(request.args.get("next")))
        return self._page(200) if self.reach.store_answers() else self._page(503, *_DOWN)

    def _check_form(self) -> None:
        csrf.check_origin()
        cookie = self.cookies.read(self.cookies.before_sign_in)
        if not csrf.matches(request.form.get(csrf.FIELD, ""), cookie):
            raise Refused(403, *_EXPIRED)

    def _tried(self, email: str, password: str) -> Response:
        email = email.strip()[:320]
        with transaction(self.engine) as connection:
            pause = claim_try(connection, email, current_address(), self.clock())
            person = None if pause else find_person(connection, email)
        if pause:
            return self._paused(email, pause)
        is_known = is_right(person.password_hash if person else None, password)
        if person is None or not is_known or person.disabled_at is not None:
            return self._refused(email)
        if person.one_time_is_over(self.clock()):
            return self._refused(email, _OVER)
        return self._let_in(person, password)

    def _paused(self, email: str, pause: timedelta) -> Response:
        self.refusals.record("excess_rate_limit_exceeded", "too many wrong passwords", _named(email))
        minutes = max(1, math.ceil(pause.total_seconds() / 60))
        wait = f"Wait {minutes} minute{'s' if minutes > 1 else ''}, then try again."
        response = self._page(429, "Too many wrong tries.", wait)
        response.headers["Retry-After"] = str(max(1, math.ceil(pause.total_seconds())))
        return response

    def _refused(self, email: str, reason: str | None = None) -> Response:
        """`reason` is for the audit alone: whoever is not let in learns nothing from the answer."""
        with transaction(self.engine) as connection:
            detail = {"reason": reason} if reason else None
            record(connection, "authn_login_fail", FAILURE, actor=_named(email), detail=detail)
        return self._page(401, *_WRONG)

    def _let_in(self, person: PersonRecord, password: str) -> Response:
        address, agent = current_address(), request.user_agent.string
        with transaction(self.engine) as connection:
            forget_tries(connection, person.email, address)
            if is_outdated(person.password_hash):
                store_rehashed(connection, person.id, password)
            note_first_use(connection, person.id, self.clock())
            if old := self.cookies.read(self.cookies.session):
                self.sessions.revoke(connection, old)
            token = self.sessions.open(connection, person.id, address, agent)
            record(connection, "authn_login_success", SUCCESS, actor=person.email)
        target = "/password" if person.must_change_password else safe_next(request.form.get("next"))
        response = _see_other(target)
        self.cookies.set_session(response, token, csrf.csrf_of(token))
        return response

    def _changed(self, session: Session, old: str, new: str) -> None:
        person_email = session.person.email
        with transaction(self.engine) as connection:
            pause = claim_try(connection, person_email, current_address(), self.clock())
            person = find_person(connection, person_email)
        if pause:
            self.refusals.record("excess_rate_limit_exceeded", "too many wrong passwords")
            raise Refused(429, "Too many wrong tries.", "Wait five minutes, then try again.")
        is_known = is_right(person.password_hash if person else None, old)
        if person is None or not is_known or person.one_time_is_over(self.clock()):
            self._not_changed(_OVER if is_known else "the present password was wrong")
            raise Refused(422, *(_WRONG_ONE_TIME if session.person.must_change_password else _WRONG_PRESENT))
        try:
            with transaction(self.engine) as connection:
                forget_tries(connection, person_email, current_address())
                change_password(connection, person_email, new, keep_session=session.token_sha256)
        except WeakPassword:
            self._not_changed("the new password was too weak")
            raise

    def _not_changed(self, reason: str) -> None:
        with transaction(self.engine) as connection:
            record(connection, "authn_password_change", FAILURE, detail={"reason": reason})

    def _page(self, status: int, sentence: str = "", advice: str = "") -> Response:
        token = self.cookies.read(self.cookies.before_sign_in) or secrets.token_urlsafe(32)
        values: dict[str, Any] = {
            "sentence": sentence, "advice": advice, "instance_name": self.instance_name, "csrf_token": token,
            "email": request.form.get("email", "")[:320], "next": safe_next(request.values.get("next")),
        }  # fmt: skip
        response = _html(status, "login.html", **values)
        self.cookies.set_before_sign_in(response, token)
        return response


def file_url(name: str) -> str:
    """The address of one of the sign-in page's files; it changes with the content, so browsers keep the file."""
    digest = hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/login/files/{name}?v={digest}"


def _file(name: str) -> Response:
    if name not in _FILES:
        raise NotFound
    return send_file(_STATIC / name)


def _password_page(status: int, sentence: str = "", advice: str = "") -> Response:
    session: Session = g.session
    return _html(
        status, "password.html", sentence=sentence, advice=advice, person=session.person,
        csrf_token=csrf.current_csrf_token(),
    )  # fmt: skip


def _html(status: int, template: str, **values: Any) -> Response:
    return Response(render_template(template, **values), status, mimetype="text/html")


def _see_other(location: str) -> Response:
    return Response(status=303, headers={"Location": location})


def _named(email: str) -> str:
    """What may be recorded of what was typed: some type their password into the first field."""
    return email.lower() if "@" in email else "not an e-mail"
