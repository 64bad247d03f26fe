"""Regular expressions: what Python says of them is what PostgreSQL says, or they are refused."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sigma.policy import SigmaPolicy
from sigma.policy.regex_engine import PythonRegexEngine
from sigma.types import SigmaRegularExpression
from sqlalchemy import Connection

from cli.embedded.server import Server
from detection.sigma.patterns import LONGEST, Pattern, translated
from detection.sigma.refusals import Refused
from tests.conftest import new_store


def pattern_of(written: str) -> Pattern:
    return translated(SigmaRegularExpression(written, policy=SigmaPolicy(regex_engine=PythonRegexEngine())))


@pytest.fixture(scope="module")
def asked(postgres: Server) -> Iterator[Connection]:
    with new_store(postgres) as store, store.worker.connect() as connection:
        yield connection


def found(connection: Connection, pattern: Pattern, text: str) -> bool:
    cursor = connection.connection.cursor()
    sign = "~*" if pattern.ignores_case else "~"
    cursor.execute(f'SELECT %s::text COLLATE "C" {sign} %s', (text, pattern.text))
    return bool(cursor.fetchone()[0])  # type: ignore[index] # one row


PIECES = some.sampled_from(
    ("a", "b", "A", ".", "[ab]", "[^ab]", r"[\]\-a]", "[a-c.]", r"\d", r"\W", r"\s", r"\.", r"\\", r"\n", r"\x61",
     "é", "{", "}", "]", r"\b", r"\B", "^", "$", "(?:ab|b)", "(a)", "(?=b)", "(?!a)", "(?<=a)", "(?<!b)",
     "(?#why)", "|", "-", "'", "%")
)  # fmt: skip
REPEATED = some.sampled_from(
    ("a*", "b+", "a?", ".*?", "[ab]{2}", "(?:ab){1,3}", "a{,2}", "b{1,}", r"\w{2,3}?", "(?:a|b?)*")
)
TEXTS = some.text("abAB.-]{}\\\n 1é'%", max_size=6)


@pytest.mark.postgres
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    pieces=some.lists(PIECES | REPEATED, min_size=1, max_size=4),
    flags=some.sampled_from(["", "i", "s", "is"]),
    text=TEXTS,
)
def test_both_find_the_same(asked: Connection, pieces: list[str], flags: str, text: str) -> None:
    written = (f"(?{flags})" if flags else "") + "".join(pieces)
    wanted = re.search(written.replace("$", r"\Z"), text, re.ASCII)
    assert found(asked, pattern_of(written), text) is (wanted is not None)


@pytest.mark.postgres
@pytest.mark.parametrize(("text", "is_found"), [("x\na", True), ("xa", False)])
def test_several_lines_each_have_a_beginning(asked: Connection, text: str, *, is_found: bool) -> None:
    assert found(asked, pattern_of("(?m)^a$"), text) is is_found


@pytest.mark.parametrize(
    "written",
    [
        r"(a)\1", r"(?P<n>a)(?P=n)", "(?>a)", "a++", "a*+", "(a)(?(1)b|c)", "(?x)a b", "(?i:a)b", r"\0", r"\101",
        r"\x00",
        r"\ud800", "a\0", r"\N{BULLET}", "a{256}", "a{1,999}", "(?:(?:(?:a{0,20}){0,20}){0,20})b",
        "(?:(?:a?){0,30}){0,30}",
        "(?:a*b*c*d*){0,240}", "x" * (LONGEST + 1), "(?:.{1,250}){5}",
    ],
)  # fmt: skip
def test_it_refuses_what_postgresql_cannot_say_or_would_take_long_over(written: str) -> None:
    with pytest.raises(Refused):
        pattern_of(written)


@pytest.mark.parametrize(
    "written",
    [
        r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}",
        "[A-Za-z0-9+/]{40,}={0,2}",
        "(?:[A-Za-z0-9+/]{4}){2,}",
        ".{0,255}(?:x|y).{0,255}",
        "(?P<name>a)",
    ],
)
def test_what_rules_do_write_is_not_too_much(written: str) -> None:
    assert pattern_of(written).text
