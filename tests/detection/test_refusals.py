"""When the application's database says no, the screen says why and what to do."""

from dataclasses import replace

import pytest

from detection.collectors.interface import CannotLook
from detection.mapping import ApplicationMapping
from tests.conftest import Store
from tests.detection.conftest import Application, Watch, ask, until, watch
from vigie.errors import ConfigurationError


def refusal(watched: Watch) -> str:
    with pytest.raises(CannotLook) as caught:
        watched.collector.look()
    watched.keeper.blind("app", caught.value)
    return str(caught.value)


def test_a_missing_grant_is_named_with_its_remedy(application: Application, watched: Watch) -> None:
    application.run("REVOKE SELECT ON account_activity FROM app_reader")
    assert refusal(watched) == (
        "Vigie's role may not read account_activity in the database of VIGIE_APP_DATABASE_URL. "
        "Run there: GRANT SELECT ON account_activity TO the role that VIGIE_APP_DATABASE_URL names."
    )
    application.run("GRANT SELECT ON account_activity TO app_reader")
    watched.read()
    assert ask(watched.store, "SELECT error IS NULL AND error_since IS NULL FROM sources")


def test_select_on_the_mapped_columns_is_enough(application: Application, watched: Watch) -> None:
    application.run("REVOKE ALL ON account_activity FROM app_reader")
    columns = "id, occurred_at, event, email, ip, user_agent, reason"
    application.run(f"GRANT SELECT ({columns}) ON account_activity TO app_reader")
    application.sign_in("alice")
    until(watched.sees(1))


def test_a_missing_right_on_the_schema_is_named(
    application: Application, store: Store, shipped: ApplicationMapping
) -> None:
    application.run("CREATE SCHEMA shop; ALTER TABLE account_activity SET SCHEMA shop")
    watched = watch(store, replace(shipped, relation=("shop", "account_activity")), application.url)
    assert "Run there: GRANT USAGE ON SCHEMA shop TO the role that VIGIE_APP_DATABASE_URL names." in refusal(watched)


def test_a_table_that_goes_and_comes_back_is_no_end(application: Application, watched: Watch) -> None:
    application.sign_in("alice")
    watched.read()
    application.run("ALTER TABLE account_activity RENAME TO gone")
    refusal(watched)
    assert "relation names 'account_activity'" in refusal(watched)
    application.run("ALTER TABLE gone RENAME TO account_activity")
    application.sign_in("bob")
    until(watched.sees(2))


def test_a_wrong_password_is_said_without_the_password(
    application: Application, store: Store, shipped: ApplicationMapping
) -> None:
    watched = watch(store, shipped, application.url.replace("reads", "guessed"))
    said = refusal(watched)
    assert "did not let Vigie into the database of VIGIE_APP_DATABASE_URL: password authentication failed" in said
    assert "guessed" not in said


def test_a_server_that_is_not_there_is_said_so(store: Store, shipped: ApplicationMapping) -> None:
    assert "does not answer" in refusal(watch(store, shipped, "postgresql://reader:secret@127.0.0.1:1/app"))


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "postgresql://u:secret@[::1/d", "secret"])
def test_what_is_no_url_is_refused_without_repeating_it(url: str, store: Store, shipped: ApplicationMapping) -> None:
    with pytest.raises(ConfigurationError) as caught:
        watch(store, shipped, url).collector.look()
    assert "VIGIE_APP_DATABASE_URL is not a PostgreSQL URL" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_view_that_fails_on_a_row_is_said_so(application: Application, watched: Watch) -> None:
    application.run("ALTER TABLE account_activity RENAME TO base")
    application.run(
        "CREATE VIEW account_activity AS "
        "SELECT id, occurred_at, (1 / (id - 1))::text AS event, email, ip, user_agent, reason FROM base"
    )
    application.run("GRANT SELECT ON account_activity TO app_reader; INSERT INTO base (event) VALUES ('x')")
    assert "failed: division by zero. Correct the table or view" in refusal(watched)
