"""Sign-up, log-in, refresh, log-out over HTTP."""

import pytest

from tests.api.conftest import ALICE, PASSWORD, Running


def test_it_makes_an_account_and_never_shows_the_hash(api: Running) -> None:
    answer = api.sign_up("bob@example.org")
    assert (answer.status_code, answer.json()["email"]) == (201, "bob@example.org")
    assert "argon2" not in answer.text


def test_it_refuses_a_second_account_with_the_same_address_in_other_letters(api: Running) -> None:
    assert api.sign_up("ALICE@Example.org").status_code == 409


@pytest.mark.parametrize(
    ("email", "password"),
    [("no-address", PASSWORD), ("a@b\x00.org", PASSWORD), ("a" * 300 + "@b.org", PASSWORD), ("c@d.org", "short")],
)
def test_it_refuses_a_sign_up_that_is_not_valid_and_does_not_repeat_it(api: Running, email: str, password: str) -> None:
    answer = api.sign_up(email, password)
    assert answer.status_code == 422
    assert email not in answer.text
    assert password not in answer.text


def test_a_login_gives_a_token_that_opens_the_profile(api: Running) -> None:
    tokens = api.tokens()
    assert tokens["expires_in"] == 3600
    assert api.ask("GET", "/users/me", tokens["access_token"]).json()["email"] == ALICE


def test_an_unknown_account_and_a_wrong_password_get_the_same_answer(api: Running) -> None:
    wrong, unknown = api.log_in(password="wrong"), api.log_in("charlie@example.org")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.headers.keys() == unknown.headers.keys()


def test_the_activity_table_tells_apart_what_the_answer_does_not(api: Running) -> None:
    api.log_in(password="wrong")
    api.log_in("charlie@example.org")
    api.rows("UPDATE users SET disabled_at = now()")
    assert api.log_in().status_code == 401
    reasons = ["wrong_password", "unknown_account", "disabled"]
    assert api.activity()[1:] == [("login_failure", reason) for reason in reasons]


def test_a_disabled_account_is_out_at_once(api: Running) -> None:
    token = api.tokens()["access_token"]
    api.rows("UPDATE users SET disabled_at = now()")
    assert api.ask("GET", "/users/me", token).status_code == 401


def test_the_sixth_wrong_try_is_told_to_wait_and_recorded(api: Running) -> None:
    answers = [api.log_in(password="wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 300
    assert api.activity()[-1] == ("login_throttled", "throttled")


def test_an_unknown_account_is_throttled_alike(api: Running) -> None:
    answers = [api.log_in("charlie@example.org") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


def test_even_the_right_password_has_to_wait(api: Running) -> None:
    for _ in range(5):
        api.log_in(password="wrong")
    assert api.log_in().status_code == 429


def test_right_logins_are_never_counted(api: Running) -> None:
    assert {api.log_in().status_code for _ in range(8)} == {200}
    assert api.rows("SELECT count(*), max(tries) FROM throttle WHERE tries > 0") == [(1, 1)]  # the sign-up alone


def test_an_address_that_tries_many_accounts_is_throttled(api: Running) -> None:
    api.rows("UPDATE throttle SET tries = 40")  # as if 40 wrong tries had gone before
    api.log_in("charlie@example.org")
    api.rows("UPDATE throttle SET tries = 40")
    assert api.log_in("dave@example.org").status_code == 429


def test_a_wait_ends(api: Running) -> None:
    for _ in range(6):
        api.log_in(password="wrong")
    api.rows("UPDATE throttle SET window_ends = now()")
    assert api.log_in().status_code == 200


def test_ended_counts_are_removed(api: Running) -> None:
    api.rows("INSERT INTO throttle SELECT sha256(n::text::bytea), 1, now() FROM generate_series(1, 15) n")
    api.log_in()
    assert api.rows("SELECT count(*) FROM throttle WHERE window_ends < now()") == [(0,)]


def test_a_refresh_token_works_once_and_its_second_use_ends_the_session(api: Running) -> None:
    first = api.tokens()
    second = api.ask("POST", "/auth/refresh", json={"refresh_token": first["refresh_token"]}).json()
    assert api.ask("GET", "/users/me", second["access_token"]).status_code == 200
    assert api.ask("POST", "/auth/refresh", json={"refresh_token": first["refresh_token"]}).status_code == 401
    assert api.ask("GET", "/users/me", second["access_token"]).status_code == 401
    assert [event for event, _ in api.activity()[-2:]] == ["token_refreshed", "token_reuse"]


def test_the_newest_refresh_token_is_dead_after_a_reuse(api: Running) -> None:
    first = api.tokens()["refresh_token"]
    second = api.ask("POST", "/auth/refresh", json={"refresh_token": first}).json()["refresh_token"]
    api.ask("POST", "/auth/refresh", json={"refresh_token": first})
    assert api.ask("POST", "/auth/refresh", json={"refresh_token": second}).status_code == 401


def test_after_a_log_out_neither_token_works(api: Running) -> None:
    tokens = api.tokens()
    assert api.ask("POST", "/auth/logout", tokens["access_token"]).status_code == 204
    assert api.ask("GET", "/users/me", tokens["access_token"]).status_code == 401
    assert api.ask("POST", "/auth/refresh", json={"refresh_token": tokens["refresh_token"]}).status_code == 401


def test_a_log_out_leaves_other_sessions_alone(api: Running) -> None:
    here, there = api.tokens()["access_token"], api.tokens()["access_token"]
    api.ask("POST", "/auth/logout", here)
    assert api.ask("GET", "/users/me", there).status_code == 200


def test_an_account_keeps_its_twenty_newest_sessions(api: Running) -> None:
    api.rows(
        "INSERT INTO sessions SELECT gen_random_uuid(), 1, now() - n * interval '1 min', now() + interval '1 day' "
        "FROM generate_series(1, 30) n"
    )
    api.tokens()
    assert api.rows("SELECT count(*) FROM sessions") == [(20,)]


def test_a_session_remembers_its_hundred_newest_refresh_tokens(api: Running) -> None:
    token = api.tokens()["refresh_token"]
    api.rows(
        "INSERT INTO refresh_tokens SELECT sha256(n::text::bytea), s.id, now() - interval '1 day', now() "
        "FROM sessions s, generate_series(1, 300) n"
    )
    assert api.ask("POST", "/auth/refresh", json={"refresh_token": token}).status_code == 200
    assert api.rows("SELECT count(*) FROM refresh_tokens") == [(100,)]
