"""Sources by the titles that the screen shows."""

import pytest

from dashboard.events.called import by_name, unknown_words
from vigie.query import parse

TITLES = {"app": "Application logins", "falco": "Falco", "one": "Twin", "two": "Twin"}


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ('source:"Application logins"', "source:app"),
        ('-source:("application LOGINS" OR x) Falco', "-source:(app OR x) Falco"),
        ("source:FALCO OR rule:Falco", "source:falco OR rule:Falco"),
        ("source:Twin", "source:Twin"),
    ],
)
def test_a_title_is_taken_for_its_source(typed: str, named: str) -> None:
    assert str(by_name(parse(typed), TITLES)) == named


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("source:foo", "No source is called foo."),
        ("severity:high source:falcon", "No source is called falcon. Did you mean source:falco?"),
        ('source:"Application logins"', "No source is called Application logins. Write source:app."),
        ("source:app source:f* foo", ""),
    ],
)
def test_a_source_that_is_none_is_said(typed: str, said: str) -> None:
    assert unknown_words(parse(typed), TITLES) == said
