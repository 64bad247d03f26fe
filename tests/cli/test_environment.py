"""Which settings reach whom, and slips of the pen."""

import pytest

from cli.environment import access_to_loki, databases_of_sources, for_every_part, unknown_settings


def test_a_slip_of_the_pen_is_said_with_what_was_meant() -> None:
    sentences = list(
        unknown_settings({"VIGIE_CONSOLE_PROT": "1", "VIGIE_CONSOLE_PORT": "2", "VIGIE_SHOP_DATABASE_URL": "x"})
    )
    assert sentences == ["VIGIE_CONSOLE_PROT is no setting of Vigie and is ignored. Did you mean VIGIE_CONSOLE_PORT?"]


def test_a_setting_whose_own_name_ends_in_file_is_known() -> None:
    assert list(unknown_settings({"VIGIE_SOURCES_FILE": "x", "VIGIE_LOG_LEVEL_FILE": "y"})) == []


def test_no_part_inherits_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VIGIE_DATABASE_URL", "VIGIE_LOKI_TOKEN", "JWT_SECRET", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "hidden")
    assert "hidden" not in for_every_part().values()


def test_only_the_worker_is_told_of_the_databases_of_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_SHOP_DATABASE_URL", "shop")
    monkeypatch.setenv("VIGIE_DATABASE_URL", "owner")
    assert databases_of_sources().get("VIGIE_SHOP_DATABASE_URL") == "shop"
    assert "VIGIE_DATABASE_URL" not in databases_of_sources()


def test_who_asks_loki_is_told_how_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_LOKI_TOKEN", "hidden")
    assert access_to_loki()["VIGIE_LOKI_TOKEN"] == "hidden"
