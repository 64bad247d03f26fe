"""Signing in, being refused, changing a password, signing out."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from dashboard.access.next_page import safe_next
from dashboard.app import Parts
from tests.conftest import Store
from tests.dashboard.conftest import ALICE, BOB, CHARLIE, PASSWORD, Clock, csrf, sign_in, signed_in
from vigie.store import passwords
from vigie.store.engine import transaction
from vigie.store.people import PersonRole, create_person, disable, enable, reset_password

NEW = "another sentence entirely"


def audit(store: Store, action: str) -> list[str]:
    with transaction(store.console) as connection:
        rows = connection.execute(
            text("SELECT actor FROM audit WHERE action = :action ORDER BY id"), {"action": action}
        )
        return [row.actor for row in rows]


def test_the_right_password_opens_the_page_that_was_wanted(charlie: FlaskClient) -> None:
    answer = sign_in(charlie, "Alice@Example.org ", next="/activity?range=24h")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/activity?range=24h")
    assert charlie.get("/_dash-layout").status_code == 200


def test_the_session_cookie_is_for_the_server_alone(charlie: FlaskClient) -> None:
    cookies = sign_in(charlie, ALICE).headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("vigie_session="))
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session


def test_unknown_wrong_and_disabled_are_answered_alike(store: Store, charlie: FlaskClient) -> None:
    with transaction(store.console) as connection:
        create_person(connection, "gone@example.org", "Gone", PersonRole.VIEWER, PASSWORD)
        disable(connection, "gone@example.org")
    answers = [sign_in(charlie, CHARLIE), sign_in(charlie, ALICE, "wrong"), sign_in(charlie, "gone@example.org")]
    emails = (CHARLIE, ALICE, "gone@example.org")
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert len({a.text.replace(e, "E").replace(_token(a.text), "T") for a, e in zip(answers, emails, strict=True)}) == 1


def _token(page: str) -> str:
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def test_unknown_and_wrong_cost_the_same_work(monkeypatch: pytest.MonkeyPatch, charlie: FlaskClient) -> None:
    checked: list[str] = []
    right = passwords._HASHER.verify
    monkeypatch.setattr(type(passwords._HASHER), "verify", lambda _, h, p: (checked.append(h[:30]), right(h, p))[1])
    sign_in(charlie, CHARLIE)
    sign_in(charlie, ALICE, "wrong")
    assert len(checked) == 2
    assert checked[0] == checked[1]  # the same parameters


def test_the_sixth_wrong_try_waits_and_so_does_the_right_password(charlie: FlaskClient) -> None:
    assert [sign_in(charlie, ALICE, "wrong").status_code for _ in range(7)] == [401] * 5 + [429] * 2
    answer = sign_in(charlie, ALICE)
    assert answer.status_code == 429
    assert 240 < int(answer.headers["Retry-After"]) <= 300
    assert "Wait 5 minutes" in answer.text


def test_a_pause_ends_and_a_right_password_clears_the_count(clock: Clock, charlie: FlaskClient) -> None:
    for _ in range(5):
        sign_in(charlie, ALICE, "wrong")
    clock.forward(minutes=5, seconds=1)
    assert sign_in(charlie, ALICE).status_code == 303
    charlie.delete_cookie("vigie_session")
    assert [sign_in(charlie, ALICE, "wrong").status_code for _ in range(5)] == [401] * 5


def test_a_wrong_try_after_the_pause_brings_the_next_pause(clock: Clock, charlie: FlaskClient) -> None:
    for _ in range(5):
        sign_in(charlie, ALICE, "wrong")
    clock.forward(minutes=5, seconds=1)
    assert [sign_in(charlie, ALICE, "wrong").status_code for _ in range(2)] == [401, 429]


def test_a_made_up_forwarded_address_changes_nothing(charlie: FlaskClient) -> None:
    def attempt(number: int) -> int:
        headers = {"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"}
        page = charlie.get("/login").text
        fields = {"csrf_token": _token(page), "email": ALICE, "password": "wrong"}
        return charlie.post("/login", data=fields, headers=headers).status_code

    assert [attempt(number) for number in range(7)] == [401] * 5 + [429] * 2


def test_many_tries_at_once_do_not_pass_together(console: Parts) -> None:
    def attempt(_: int) -> int:
        return sign_in(console.server.test_client(), ALICE, "wrong").status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(attempt, range(16)))
    assert statuses.count(401) == 5


def test_one_address_cannot_try_many_accounts(charlie: FlaskClient) -> None:
    statuses = [sign_in(charlie, f"person{n}@example.org", "wrong").status_code for n in range(32)]
    assert statuses == [401] * 30 + [429] * 2


def test_nobody_can_lock_a_person_out_of_an_address_that_is_theirs(console: Parts, charlie: FlaskClient) -> None:
    sign_in(console.server.test_client(), ALICE, address="198.51.100.7")
    statuses = [sign_in(charlie, ALICE, "wrong", address=f"192.0.2.{n}").status_code for n in range(21)]
    assert statuses[-1] == 429
    assert sign_in(charlie, ALICE, address="198.51.100.7").status_code == 303


def test_every_outcome_is_in_the_audit_and_in_the_log(
    store: Store, charlie: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for password in ["wrong password of hers"] * 6:
        sign_in(charlie, ALICE, password)
    sign_in(charlie, BOB)
    assert audit(store, "authn_login_fail") == [ALICE] * 5
    assert audit(store, "excess_rate_limit_exceeded") == [ALICE]
    assert audit(store, "authn_login_success") == [BOB]
    assert [r.message for r in caplog.records if r.message.startswith("authn")].count("authn_login_fail failure") == 5


def test_no_password_is_kept_anywhere(store: Store, charlie: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sign_in(charlie, "typed-in-the-wrong-field", "typed-as-password")
    sign_in(charlie, ALICE)
    with transaction(store.owner) as connection:
        kept = str(connection.execute(text("SELECT to_jsonb(a) FROM audit a")).all())
    for secret in ("typed-in-the-wrong-field", "typed-as-password", PASSWORD):
        assert secret not in kept + caplog.text + str([vars(record) for record in caplog.records])


def test_another_site_cannot_sign_anybody_in(charlie: FlaskClient) -> None:
    token = _token(charlie.get("/login").text)
    fields = {"csrf_token": token, "email": ALICE, "password": PASSWORD}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert charlie.post("/login", data=fields, headers=headers).status_code == 403


def test_a_form_without_its_cookie_is_refused(charlie: FlaskClient) -> None:
    token = _token(charlie.get("/login").text)
    charlie.delete_cookie("vigie_sign_in")
    answer = charlie.post("/login", data={"csrf_token": token, "email": ALICE, "password": PASSWORD})
    assert answer.status_code == 403
    assert "Please try again" in answer.text


def test_signing_in_makes_a_new_session_and_ends_the_old_one(console: Parts, alice: FlaskClient) -> None:
    old = alice.get_cookie("vigie_session")
    assert old is not None
    thief = console.server.test_client()
    thief.set_cookie("vigie_session", old.value)
    sign_in_again(alice)
    assert alice.get_cookie("vigie_session") != old
    assert thief.get("/_dash-layout").status_code == 401


def sign_in_again(client: FlaskClient) -> None:
    """As a person does with an old session's cookie: the page itself would send them on."""
    cookie = client.get_cookie("vigie_session")
    client.delete_cookie("vigie_session")
    token = _token(client.get("/login").text)
    client.set_cookie("vigie_session", cookie.value if cookie else "")
    client.post("/login", data={"csrf_token": token, "email": ALICE, "password": PASSWORD})


def test_signing_out_ends_the_session_on_the_server(console: Parts, store: Store, alice: FlaskClient) -> None:
    copy = console.server.test_client()
    copy.set_cookie("vigie_session", str(alice.get_cookie("vigie_session").value))  # type: ignore[union-attr]
    answer = alice.post("/logout", data={"csrf_token": csrf(alice)["X-CSRFToken"]})
    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (303, '"storage"')
    assert copy.get("/_dash-layout").status_code == 401
    assert audit(store, "session_ended") == [ALICE]


def test_signing_out_needs_a_post_with_the_token(alice: FlaskClient) -> None:
    assert alice.get("/logout").status_code == 404
    assert alice.post("/logout").status_code == 403
    assert alice.get("/_dash-layout").status_code == 200


def reset(store: Store) -> str:
    with transaction(store.console) as connection:
        return reset_password(connection, ALICE)


def test_a_one_time_password_is_changed_before_anything_else(store: Store, console: Parts) -> None:
    once = reset(store)
    client = console.server.test_client()
    assert sign_in(client, ALICE, once).headers["Location"] == "/password"
    assert client.get("/_dash-layout").status_code == 403
    assert client.get("/", headers={"Sec-Fetch-Mode": "navigate"}).headers["Location"] == "/password"
    assert changed(client, once, NEW) == 303
    assert client.get("/_dash-layout").status_code == 200


@pytest.mark.parametrize(("days", "status"), [(6.99, 303), (7.01, 401)])
def test_a_one_time_password_that_nobody_used_is_good_for_seven_days(
    store: Store, clock: Clock, charlie: FlaskClient, days: float, status: int
) -> None:
    once = reset(store)
    clock.forward(days=days)
    assert sign_in(charlie, ALICE, once).status_code == status


@pytest.mark.parametrize(("minutes", "status"), [(14, 303), (15, 401)])
def test_a_one_time_password_is_good_for_a_quarter_of_an_hour_after_its_first_use(
    store: Store, console: Parts, clock: Clock, minutes: float, status: int
) -> None:
    once = reset(store)
    signed_in(console, ALICE, once)
    clock.forward(minutes=minutes)
    assert sign_in(console.server.test_client(), ALICE, once).status_code == status


def test_a_one_time_password_that_is_over_looks_like_a_wrong_one_and_the_audit_says_why(
    store: Store, clock: Clock, charlie: FlaskClient
) -> None:
    once = reset(store)
    clock.forward(days=8)
    wrong, over = sign_in(charlie, ALICE, "wrong").text, sign_in(charlie, ALICE, once).text
    assert wrong.replace(_token(wrong), "") == over.replace(_token(over), "")
    assert details(store, "authn_login_fail") == [{}, {"reason": "the one-time password is no longer valid"}]


def test_a_one_time_password_that_is_over_cannot_be_changed_either(store: Store, console: Parts, clock: Clock) -> None:
    once = reset(store)
    client = signed_in(console, ALICE, once)
    clock.forward(minutes=16)
    assert changed(client, once, NEW) == 422
    assert details(store, "authn_password_change")[-1] == {"reason": "the one-time password is no longer valid"}


def test_a_reset_starts_anew_and_an_own_password_does_not_end(
    store: Store, console: Parts, clock: Clock, charlie: FlaskClient
) -> None:
    signed_in(console, ALICE, reset(store))
    clock.forward(minutes=20)
    once = reset(store)
    assert changed(signed_in(console, ALICE, once), once, NEW) == 303
    clock.forward(days=30)
    assert sign_in(charlie, ALICE, NEW).status_code == 303


def test_the_audit_says_what_a_change_of_password_was(store: Store, console: Parts) -> None:
    once = reset(store)
    client = signed_in(console, ALICE, once)
    changed(client, once, NEW)
    changed(client, NEW, PASSWORD)
    assert [detail["change"] for detail in details(store, "authn_password_change")] == [
        "one-time password given", "one-time password replaced by their own", "own password replaced",
    ]  # fmt: skip


def details(store: Store, action: str) -> list[dict[str, str]]:
    query = text("SELECT detail FROM audit WHERE action = :action ORDER BY id")
    with transaction(store.console) as connection:
        return list(connection.scalars(query, {"action": action}))


def test_a_password_that_was_not_changed_is_in_the_audit_and_in_the_log(
    store: Store, alice: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    changed(alice, "wrong", NEW)
    for _ in range(5):
        changed(alice, PASSWORD, "short")
    reasons = [detail["reason"] for detail in details(store, "authn_password_change")]
    assert reasons == ["the present password was wrong"] + ["the new password was too weak"] * 4
    assert audit(store, "excess_rate_limit_exceeded") == [ALICE]
    assert [r.message for r in caplog.records].count("authn_password_change failure") == 5


def changed(client: FlaskClient, old: str, new: str) -> int:
    fields = {"old": old, "new": new, "csrf_token": csrf(client)["X-CSRFToken"]}
    return client.post("/password", data=fields).status_code


def test_a_changed_password_ends_the_other_sessions(console: Parts, store: Store, alice: FlaskClient) -> None:
    other = signed_in(console, ALICE)
    assert changed(alice, PASSWORD, NEW) == 303
    assert alice.get("/_dash-layout").status_code == 200
    assert other.get("/_dash-layout").status_code == 401
    assert audit(store, "authn_password_change") == [ALICE]


@pytest.mark.parametrize(
    ("old", "new"),
    [("wrong", NEW), (PASSWORD, "short"), (PASSWORD, PASSWORD), (PASSWORD, "x" * 129), (PASSWORD, "alice alice alice")],
)
def test_a_password_that_may_not_be_is_refused(alice: FlaskClient, old: str, new: str) -> None:
    assert changed(alice, old, new) == 422
    alice.post("/logout", data={"csrf_token": csrf(alice)["X-CSRFToken"]})
    assert sign_in(alice, ALICE).status_code == 303


def test_guessing_the_present_password_is_slowed_too(alice: FlaskClient) -> None:
    for _ in range(5):
        changed(alice, "wrong", NEW)
    assert changed(alice, PASSWORD, NEW) == 422


def test_a_disabled_person_is_out_within_seconds(store: Store, clock: Clock, alice: FlaskClient) -> None:
    with transaction(store.console) as connection:
        disable(connection, ALICE)
    clock.forward(seconds=5)
    assert alice.get("/_dash-layout").status_code == 401
    with transaction(store.console) as connection:
        enable(connection, ALICE)
    assert alice.get("/_dash-layout").status_code == 401  # the old session stays dead


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:alert(1)", "\\\\evil",
     "/%0d%0aSet-Cookie:x", "///evil.example", "/login", "/logout", "", "evil", "/\n//evil", "/a\x00b", "/é"],
)  # fmt: skip
def test_signing_in_never_leads_elsewhere(charlie: FlaskClient, wanted: str) -> None:
    location = sign_in(charlie, ALICE, next=wanted).headers["Location"]
    assert location in ("/", "/%0d%0aSet-Cookie:x")  # the latter is a harmless path


@given(st.text())
def test_the_next_page_is_always_a_path_of_ours(wanted: str) -> None:
    page = safe_next(wanted)
    assert page.startswith("/")
    assert not page.startswith(("//", "/\\"))
    assert page.isascii()


def test_hostile_fields_are_a_wrong_password_and_no_more(charlie: FlaskClient) -> None:
    for hostile in ("\x00", "a" * 100_000, "'; DROP TABLE people; --", "\u202ealice", "<script>alert(1)</script>"):
        answer = sign_in(charlie, hostile, hostile)
        assert answer.status_code in (401, 429)
        assert "<script>alert" not in answer.text
