"""A mistake in the mapping is one sentence that names the file, the key and the remedy."""

from pathlib import Path

import pytest

from detection.mapping import load
from tests.conftest import Store
from tests.detection.conftest import ROOT, Application, watch
from vigie.errors import ConfigurationError

SHIPPED = (ROOT / "config" / "sources.toml").read_text(encoding="utf-8")


def sentence(tmp_path: Path, old: str, new: str) -> str:
    """What `load` says of the shipped mapping with `old` replaced."""
    assert old in SHIPPED
    file = tmp_path / "sources.toml"
    file.write_text(SHIPPED.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        load(file)
    return str(caught.value).replace(str(file), "sources.toml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '"authn_login_fail"',
            '"authn_loginfail"',
            "kinds: login_failure is 'authn_loginfail'. It takes one of: authn_login_fail,",
        ),
        ('"wrong_password"', '"bad"', "app, reasons: wrong_password is 'bad'. It takes one of:"),
        ("relation =", "relatoin =", "app: relatoin is not a key Vigie knows. Known keys: relation,"),
        (
            'user_name = "email"',
            'username = "email"',
            "columns: username is not a key Vigie knows. Known keys: user_name,",
        ),
        ('kind = "event"', "", "app, columns: kind is missing. Add it;"),
        (
            "overlap_minutes = 15",
            "overlap_minutes = 0",
            "overlap_minutes is 0. It takes a whole number from 1 to 1440.",
        ),
        (
            '"VIGIE_APP_DATABASE_URL"',
            '"PATH"',
            "database is 'PATH'. It takes the name of a setting, VIGIE_…DATABASE_URL.",
        ),
        ('other = "reject"', 'time_zone = "Mars/Base"', "app: time_zone is 'Mars/Base', not a time zone. Write one as"),
        ('name = "app"', 'name = "no; such"', "no; such: name is 'no; such'. It takes lower-case letters"),
        ("\n[[application]]", "\n[[application", "sources.toml is not valid TOML:"),
        (
            "\n[[application]]",
            "\n[[apps]]",
            "sources.toml: apps is not a key Vigie knows. Known keys: application, file, health, loki.",
        ),
        ('"account_activity"', '"a.b.c"', "app: relation is not a table or view. Write"),
    ],
)
def test_it_says_what_is_wrong_and_what_would_be_right(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in sentence(tmp_path, old, new)


def test_it_refuses_two_sources_of_one_name(tmp_path: Path) -> None:
    assert "names two sources 'app'" in sentence(tmp_path, "# Where", SHIPPED + "\n#")


def test_it_names_the_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"No such file or directory\. Correct the path in VIGIE_SOURCES_FILE"):
        load(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '"account_activity"', '"acount_activity"',
            "relation names 'acount_activity', which is not in the database of VIGIE_APP_DATABASE_URL "
            "(it has account_activity). Correct relation there",
        ),
        (
            'user_name = "email"', 'user_name = "mail"',
            "columns: user_name names the column 'mail', which account_activity does not have (it has email,",
        ),
        (
            'occurred_at = "occurred_at"', 'occurred_at = "event"',
            "occurred_at names the column 'event', which holds text, not a time. Make a view",
        ),
        ('id = "id"', 'id = "ip"', "order is \"id\", but the column 'ip' holds inet"),
    ],
)  # fmt: skip
def test_it_says_what_the_database_does_not_have(
    tmp_path: Path, application: Application, store: Store, old: str, new: str, said: str
) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(SHIPPED.replace('other = "reject"', 'order = "id"').replace(old, new, 1))
    watched = watch(store, load(file).applications[0], application.url)
    with pytest.raises(ConfigurationError) as caught:
        watched.collector.look()
    assert said in str(caught.value)


def test_a_time_without_a_zone_needs_one_named(application: Application, store: Store) -> None:
    application.run("ALTER TABLE account_activity ALTER occurred_at TYPE timestamp")
    watched = watch(store, load(ROOT / "config" / "sources.toml").applications[0], application.url)
    with pytest.raises(ConfigurationError, match=r'time_zone is missing.*Add time_zone = "UTC"'):
        watched.collector.look()


@pytest.mark.parametrize(("line", "keeps_all"), [('keep = "all"', True), ('keep = "security"', False), ("", False)])
def test_a_log_can_be_kept_whole(tmp_path: Path, line: str, keeps_all: bool) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(f'[[file]]\nname = "web"\npath = "/x"\nformat = "nginx"\n{line}\n', encoding="utf-8")
    assert load(path).files[0].keeps_all is keeps_all
