"""Profile, password and own activity."""

from tests.api.conftest import ALICE, PASSWORD, Running

NEW = "another long password"


def test_it_changes_what_is_given_and_leaves_the_rest(api: Running) -> None:
    token = api.tokens()["access_token"]
    changed = api.ask("PATCH", "/users/me", token, json={"bio": "Hello\nthere"}).json()
    assert (changed["name"], changed["bio"], changed["email"]) == ("Alice", "Hello\nthere", ALICE)
    assert api.activity()[-1][0] == "profile_updated"


def test_it_refuses_the_address_of_somebody_else(api: Running) -> None:
    api.sign_up("bob@example.org")
    answer = api.ask("PATCH", "/users/me", api.tokens()["access_token"], json={"email": "bob@example.org"})
    assert answer.status_code == 409


def test_it_refuses_fields_that_nobody_may_set(api: Running) -> None:
    token = api.tokens()["access_token"]
    assert api.ask("PATCH", "/users/me", token, json={"id": 7}).status_code == 422


def test_a_new_password_ends_every_older_session(api: Running) -> None:
    here, there = api.tokens(), api.tokens()
    form = {"current_password": PASSWORD, "new_password": NEW}
    fresh = api.ask("POST", "/users/me/password", here["access_token"], json=form).json()
    old = [api.ask("GET", "/users/me", each["access_token"]).status_code for each in (here, there)]
    assert old == [401, 401]
    assert api.ask("GET", "/users/me", fresh["access_token"]).status_code == 200


def test_only_the_new_password_opens_the_account(api: Running) -> None:
    form = {"current_password": PASSWORD, "new_password": NEW}
    api.ask("POST", "/users/me/password", api.tokens()["access_token"], json=form)
    assert (api.log_in().status_code, api.log_in(password=NEW).status_code) == (401, 200)


def test_a_wrong_current_password_is_refused_and_then_throttled(api: Running) -> None:
    token = api.tokens()["access_token"]
    form = {"current_password": "wrong", "new_password": NEW}
    codes = [api.ask("POST", "/users/me/password", token, json=form).status_code for _ in range(6)]
    assert codes == [403] * 5 + [429]


def test_people_see_their_own_activity_newest_first_page_by_page(api: Running) -> None:
    token = api.tokens()["access_token"]
    api.sign_up("bob@example.org")
    newest = api.ask("GET", "/users/me/activity?limit=1", token).json()["activity"]
    older = api.ask("GET", f"/users/me/activity?before={newest[0]['id']}", token).json()["activity"]
    assert [row["event"] for row in newest + older] == ["login_success", "user_created"]


def test_an_impossible_page_is_refused(api: Running) -> None:
    token = api.tokens()["access_token"]
    for query in ("limit=0", "limit=9999", "before=-1", "before=99999999999999999999", "before=x"):
        assert api.ask("GET", f"/users/me/activity?{query}", token).status_code == 422
