"""Secrets are taken out of text; what is none stays."""

import pytest

from vigie.redaction import redact, redact_value


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("password=hunter2 next", "password=[redacted] next"),
        ('{"API-Key": "hunter2", "a": 1}', '{"API-Key": [redacted], "a": 1}'),
        ("my_access_token : 'hunter 2'", "my_access_token : [redacted]"),
        ("Authorization: Bearer abcdef.ghi", "Authorization: [redacted] [redacted]"),
        ("BASIC YWxpY2U6aHVudGVyMg==", "BASIC [redacted]"),
        ("postgresql://alice:hunter2@db/shop", "postgresql://alice:[redacted]@db/shop"),
        ("x eyJhbGciOiJ.eyJzdWIiOiI.sig y", "x [redacted] y"),
        ("GET /reset?token=hunter2&a=1", "GET /reset?token=[redacted]&a=1"),
    ],
)
def test_a_secret_is_taken_out(text: str, left: str) -> None:
    assert "hunter" not in redact(text)
    assert redact(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Failed password for alice from 192.0.2.1",
        "PWD=/home/alice ; COMMAND=/bin/ls",
        "https://a.example/b@c",
        "tokens",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_a_value_is_hidden_by_its_name_however_deep_it_lies() -> None:
    assert redact_value("", {"a": [{"db_password": 1, "b": "jwt=x"}]}) == {
        "a": [{"db_password": "[redacted]", "b": "jwt=[redacted]"}]
    }


@pytest.mark.parametrize(
    "word",
    ["password", "Passwd", "PWD", "secret", "ToKeN", "Authorization", "cookie", "JWT", "apikey", "api_key", "API-key"],
)
def test_every_word_of_a_secret_is_known_in_any_case(word: str) -> None:
    assert redact(f"my_{word}: hunter2") == f"my_{word}: [redacted]"
    assert redact_value(word, "hunter2") == "[redacted]"
