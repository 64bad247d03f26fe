"""Many paths, few routes."""

import pytest

from detection.parsers.interface import HttpHit
from detection.routes import Routes, is_pattern
from vigie.clock import utc_now
from vigie.store.http_minutes import ROUTE_LIMIT


def route_of(path: str, *patterns: str) -> str:
    return Routes(patterns).request(HttpHit(utc_now(), "GET", path, 200)).route


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "/"),
        ("/users/42/orders", "/users/{id}/orders"),
        ("/v2/login", "/v2/login"),
        ("/items/0190a6c2-7b1e-7c4d-9a11-0d4b0a6f2f11", "/items/{id}"),
        ("/static/app.3f9a1c77b2d04e55aa10.js", "/static/{id}"),
        ("/a-long-word-that-is-only-words-and-no-key", "/a-long-word-that-is-only-words-and-no-key"),
    ],
)
def test_what_looks_like_a_key_is_one_route(path: str, route: str) -> None:
    assert route_of(path) == route


def test_patterns_come_first_and_stand_for_whole_paths() -> None:
    patterns = ("/users/{name}", "/static/{rest...}")
    assert route_of("/users/alice", *patterns) == "/users/{name}"
    assert route_of("/static/a/b.c", *patterns) == "/static/{rest...}"
    assert route_of("/users/alice/x", *patterns) == "/users/alice/x"


def test_a_route_is_bounded() -> None:
    assert len(route_of("/" + "z" * 5000)) == ROUTE_LIMIT
    assert route_of("/x" * 50).endswith("/x/…")


def test_a_pattern_is_a_path_with_the_rest_at_its_end_only() -> None:
    assert is_pattern("/a/{b}/{c...}")
    assert not any(map(is_pattern, ("a", "/{rest...}/x", "/a\n", "/" * 500)))
