"""The SQL that people read: the values in their places, and none of them taken for SQL."""

from pathlib import Path

import pytest

from detection.sigma.explain import condition_text, filled, literal
from tests.conftest import Store
from tests.detection.sigma.asking import one, rule_of
from tests.detection.sigma.test_hostile import INJECTIONS


@pytest.mark.parametrize(
    ("value", "text"),
    [("it's", "'it''s'"), (7, "7"), (["a", "b'"], "ARRAY['a', 'b''']"), ("a\nb\\", "E'a\\U0000000ab\\\\'")],
)
def test_a_value_is_written_as_postgresql_writes_it(value: object, text: str) -> None:
    assert literal(value) == text


def test_a_value_that_looks_like_a_parameter_stays_a_value() -> None:
    assert filled("x = %(a)s AND y = %(b)s", {"a": "%(b)s", "b": "c"}) == "x = '%(b)s' AND y = 'c'"


@pytest.mark.postgres
def test_it_runs_as_it_is_shown(store: Store, tmp_path: Path) -> None:
    wanted = [text.replace("\\", "\\\\").replace("?", "\\?") for text in INJECTIONS]
    condition = one(tmp_path, rule_of({"a": {"user_name": wanted}, "condition": "a"})).condition
    assert condition is not None
    shown = condition_text(condition).replace(":since AND :until", "'-infinity' AND 'infinity'")
    with store.worker.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(shown)
        assert cursor.fetchall() == []
