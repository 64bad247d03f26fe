"""Marks of deploys."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.conftest import Store
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.store.deploys import deploys_between, mark_deploy
from vigie.store.engine import transaction

HOUR = timedelta(hours=1)


def test_a_mark_is_found_in_its_window_and_recorded(store: Store) -> None:
    now = utc_now()
    with transaction(store.owner) as connection:
        mark_deploy(connection, " 1.4.2 ", now, "command line (alice)")
    with transaction(store.console) as connection:
        found = deploys_between(connection, now - HOUR, now + HOUR), deploys_between(connection, now + HOUR, now + HOUR)
    with transaction(store.owner) as connection:
        audit = connection.execute(text("SELECT actor, action, target FROM audit")).one()
    assert ([each.name for each in found[0]], found[1]) == (["1.4.2"], [])
    assert tuple(audit) == ("command line (alice)", "deploy_marked", "1.4.2")


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_mark_needs_a_name_of_some_length(store: Store, name: str) -> None:
    with pytest.raises(VigieError, match="1 to 80"), transaction(store.owner) as connection:
        mark_deploy(connection, name, utc_now(), "x")
