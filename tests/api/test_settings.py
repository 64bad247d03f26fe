"""Settings: good ones are read, bad ones are named in one sentence."""

from pathlib import Path

import pytest

from api.settings import SettingError, load

GOOD = {"API_DATABASE_URL": "postgresql://a:b@localhost/app", "JWT_SECRET": "s" * 32}


def test_it_takes_the_psycopg2_driver_and_is_closed_by_default() -> None:
    settings = load(GOOD)
    assert settings.database_url.get_secret_value().startswith("postgresql+psycopg2://a:b@")
    assert (settings.host, settings.cors_origins, settings.trusted_proxies) == ("127.0.0.1", (), ())


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("JWT_SECRET", "short"),
        ("JWT_EXPIRE_MIN", "0"),
        ("API_DATABASE_URL", "mysql://a:b@c/d"),
        ("API_DATABASE_URL", "what"),
        ("API_PORT", "http"),
        ("API_PORT", "70000"),
        ("API_CORS_ORIGINS", "*"),
        ("API_CORS_ORIGINS", "https://a.example/path"),
        ("API_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("API_TRUSTED_PROXIES", "proxy"),
        ("API_LOG_LEVEL", "loud"),
    ],
)
def test_a_bad_value_is_named_in_one_line_without_the_secret(variable: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"^{variable} is not usable: ") as caught:
        load(GOOD | {variable: value})
    assert "\n" not in str(caught.value)
    assert "s" * 32 not in str(caught.value)


@pytest.mark.parametrize("variable", GOOD)
def test_a_missing_value_is_named(variable: str) -> None:
    with pytest.raises(SettingError, match=f"^{variable} is not set"):
        load({name: value for name, value in GOOD.items() if name != variable})


def test_a_file_beats_the_variable(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("f" * 40 + "\n")
    settings = load(GOOD | {"JWT_SECRET_FILE": str(tmp_path / "secret")})
    assert settings.jwt_secret.get_secret_value() == "f" * 40


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"JWT_SECRET_FILE names .*cannot be read: No such file"):
        load(GOOD | {"JWT_SECRET_FILE": str(tmp_path / "none")})
