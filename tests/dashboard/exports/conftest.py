"""A store with logins, and exports as a browser asks for them."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.exports.formats import NOTE
from tests.conftest import Store
from tests.dashboard.conftest import csrf
from tests.dashboard.sources.conftest import login, register, save
from vigie.clock import utc_now

FORMULA = '=cmd|"/c calc"!A1'


@pytest.fixture
def logins(store: Store) -> None:
    """1,500 failures of Eve and one success of someone whose name is a formula, within the last two hours."""
    start = utc_now() - timedelta(hours=2)
    register(store, registered_at=utc_now() - timedelta(days=400))
    failed = [login(start + timedelta(seconds=number), "eve", "192.0.2.9") for number in range(1500)]
    save(store, [*failed, login(start, FORMULA, "192.0.2.8", ok=True)])


Ask = Callable[..., TestResponse]


def ask(client: FlaskClient, name: str, format: str = "csv", **view: Any) -> TestResponse:
    """Presses the button of a panel, as far as the server sees it."""
    return client.post(f"/export/{name}", json={"format": format, "view": view}, headers=csrf(client))


def table(response: TestResponse) -> tuple[list[str], list[dict[str, str]], str]:
    """Headers, rows and end line of a CSV file, read as strictly as Python can."""
    lines = list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline=""), strict=True))
    assert {len(line) for line in lines} == {len(lines[0])}, "every line has as many cells as the header"
    headers, *rows, end = lines
    return headers, [dict(zip(headers, row, strict=True)) for row in rows], dict(zip(headers, end, strict=True))[NOTE]


def objects(response: TestResponse) -> list[dict[str, Any]]:
    """The lines of a file of JSON lines: what it is, the rows, how it ended."""
    return [json.loads(line) for line in response.text.splitlines()]
