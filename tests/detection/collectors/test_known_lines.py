"""Which lines of Loki are known, in memory and in the store."""

import json
from importlib import import_module

from sqlalchemy import text

from detection.collectors.known_lines import SECOND, KnownLines, digest_of
from tests.conftest import Store
from tests.detection.collectors.loki_tail import tail_of
from vigie.store.engine import transaction
from vigie.store.known_lines import NewlyKnown, known_of, store_known

LINE = (5 * SECOND, (("app", "site"),), "GET /")


def test_a_line_is_new_once() -> None:
    known = KnownLines(0, {})
    assert [known.add(5 * SECOND, digest_of(LINE, place)) for place in (0, 1, 0)] == [True, True, False]


def test_what_became_known_is_given_to_the_store_once_and_known_again_from_there() -> None:
    known = KnownLines(0, {})
    known.add(5 * SECOND, digest_of(LINE, 0))
    newly = known.newly()
    assert (list(newly.digests), known.newly().digests) == ([5], {})
    assert KnownLines(0, newly.digests).add(5 * SECOND, digest_of(LINE, 0)) is False


def test_the_store_gives_back_what_several_looks_gave_it_but_what_is_old(store: Store) -> None:
    with transaction(store.worker) as connection:
        cursor = connection.connection.cursor()
        store_known(cursor, "site", NewlyKnown({4: b"a" * 8, 5: b"b" * 8}, 0))
        store_known(cursor, "site", NewlyKnown({5: b"c" * 8, 3: b"d" * 8}, 5))
        assert known_of(cursor, "site") == {5: b"b" * 8 + b"c" * 8}
        assert known_of(cursor, "other") == {}


def test_a_cursor_of_before_goes_on_behind_what_it_had_read(store: Store) -> None:
    at = 1_790_000_000 * SECOND
    before = {"position": at, "anchor": at, "lost_from": None, "lines": 9, "since": at - 1, "known": [[5, "AAAA"]]}
    made = tail_of(store, "http://127.0.0.1:9")
    with transaction(store.owner) as connection:
        connection.execute(
            text("INSERT INTO collector_cursors (source, cursor) VALUES ('site', CAST(:cursor AS jsonb))"),
            {"cursor": json.dumps(before)},
        )
        move = import_module("vigie.store.migrations.versions.0006_known_lines").STATEMENTS[-1]
        connection.connection.cursor().execute(move)
    found = made.keeper.register(made.collector.source)
    made.collector.close()
    made.keeper.close()
    kept = {"anchor": at, "lost_from": None, "lines": 9}
    assert found == kept | {"position": at + 1, "since": at + 1, "swept": at}
