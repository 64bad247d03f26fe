"""Thirty days of history in the service's own database."""

from ipaddress import ip_address

from cli.demo.cast import RANGES, password_of
from cli.demo.history import load_history
from tests.api.conftest import ALICE, Running
from tests.cli.demo.conftest import SEED

A_WORKING_DAYS_LOGINS = """
    SELECT avg(n) FROM (SELECT count(*) AS n FROM account_activity WHERE event = 'login_success'
        AND extract(isodow FROM occurred_at) <= 5 AND occurred_at > now() - interval '29 days'
        AND occurred_at < date_trunc('day', now()) GROUP BY occurred_at::date) AS days
"""


def test_it_loads_once(api: Running) -> None:
    loaded = load_history(api.database_url, seed=SEED)
    assert 7_000 < loaded < 25_000
    assert load_history(api.database_url, seed=SEED) == 0
    assert api.rows("SELECT count(*) FROM account_activity") == [(loaded,)]


def test_a_working_day_has_two_to_four_hundred_logins(api: Running) -> None:
    load_history(api.database_url, seed=SEED)
    ((mean,),) = api.rows(A_WORKING_DAYS_LOGINS)
    assert 200 <= mean <= 400


def test_ids_follow_time_and_nothing_lies_ahead(api: Running) -> None:
    load_history(api.database_url, seed=SEED)
    backwards = "SELECT occurred_at < lag(occurred_at) OVER (ORDER BY id) AS back, occurred_at FROM account_activity"
    assert api.rows(f"SELECT count(*) FROM ({backwards}) AS rows WHERE back OR occurred_at > now()") == [(0,)]


def test_nobody_in_it_can_exist(api: Running) -> None:
    load_history(api.database_url, seed=SEED)
    addresses = [ip_address(row[0]) for row in api.rows("SELECT DISTINCT host(ip) FROM account_activity")]
    assert all(any(address in network for network in RANGES) for address in addresses)
    assert api.rows("SELECT count(*) FROM account_activity WHERE email NOT LIKE '%.example'") == [(0,)]


def test_nobody_acts_before_the_sign_up(api: Running) -> None:
    load_history(api.database_url, seed=SEED)
    early = (
        "SELECT count(*) FROM account_activity a JOIN users u ON u.id = a.user_id WHERE a.occurred_at < u.created_at"
    )
    assert api.rows(early) == [(0,)]


def test_one_bad_night_ends_with_a_success_from_the_attackers_address(api: Running) -> None:
    load_history(api.database_url, seed=SEED)
    inside = "SELECT count(*) FROM account_activity WHERE event = 'login_success' AND ip << '203.0.113.0/24'"
    assert api.rows(inside) == [(1,)]


def test_its_accounts_open_with_the_password_of_the_last_seed_given(api: Running) -> None:
    load_history(api.database_url, days=2, seed=SEED)
    load_history(api.database_url, days=2, seed=7)
    ((email,),) = api.rows("SELECT email FROM users LIMIT 1")
    assert api.log_in(email, password_of(SEED)).status_code == 401
    assert api.log_in(email, password_of(7)).status_code == 200


def test_a_real_account_keeps_its_password(api: Running) -> None:
    api.sign_up()
    load_history(api.database_url, days=2, seed=SEED)
    assert api.log_in(ALICE).status_code == 200
