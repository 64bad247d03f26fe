"""A long export takes little memory, however long it is."""

import tracemalloc

from flask.testing import FlaskClient

from tests.conftest import Store
from tests.dashboard.exports.bulk import many_logins
from tests.dashboard.exports.conftest import ask


def test_a_long_file_takes_little_memory_to_make(alice: FlaskClient, store: Store) -> None:
    many_logins(store.owner, 30_000)
    assert ask(alice, "newest-logins", range="12h", user="user1").data  # what is made once is made now
    tracemalloc.start()
    size = rows = 0
    for chunk in ask(alice, "newest-logins", range="12h").iter_encoded():
        size, rows = size + len(chunk), rows + chunk.count(b"\n")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == 30_000 + 2
    assert peak < size / 2, f"{peak:,} bytes for a file of {size:,}"
