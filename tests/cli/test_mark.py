"""`vigie mark deploy`."""

import argparse

import pytest

from cli.mark import run
from cli.settings import CommandSettings
from tests.conftest import Store
from vigie.errors import VigieError


def mark(store: Store, name: str, at: str | None = None) -> int:
    settings = CommandSettings.load(database_url=store.server.url("vigie_owner", "owner", store.database))
    return run(settings, argparse.Namespace(kind="deploy", name=name, at=at))


def test_it_says_what_it_marked(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert mark(store, "1.4.2") == 0
    assert capsys.readouterr().out.startswith("Marked the deploy of 1.4.2 at 2")


@pytest.mark.parametrize(
    ("at", "said"),
    [("noon", "is not a time"), ("2026-11-20T14:05", "no time zone"), ("2001-01-01T00:00Z", "last 400 days")],
)
def test_a_time_that_makes_no_sense_is_refused(store: Store, at: str, said: str) -> None:
    with pytest.raises(VigieError, match=said):
        mark(store, "1.4.2", at)
