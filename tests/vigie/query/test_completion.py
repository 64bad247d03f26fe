"""What is offered where somebody is typing; | is the cursor."""

import pytest

from vigie.query import FIELDS, Completion, Wanted, complete


def at(marked: str) -> Completion:
    return complete(marked.replace("|", ""), marked.index("|"))


def taken(marked: str) -> str:
    """The text after the first choice was taken."""
    found, text = at(marked), marked.replace("|", "")
    return text[: found.start] + found.choices[0].text + text[found.end :]


@pytest.mark.parametrize(
    ("typed", "kind", "field", "beginning"),
    [
        ("|", Wanted.FIELD, None, ""),
        ("us|", Wanted.FIELD, None, "us"),
        ("-us|", Wanted.FIELD, None, "us"),
        ("(a OR |", Wanted.FIELD, None, ""),
        ("user:|", Wanted.VALUE, "user_name", ""),
        ("user:al|", Wanted.VALUE, "user_name", "al"),
        ("user:al|ice x", Wanted.VALUE, "user_name", "al"),
        ('user:"al ic|', Wanted.VALUE, "user_name", "al ic"),
        ('user:"al ic|e" x', Wanted.VALUE, "user_name", "al ic"),
        ("source:(ssh OR fa|", Wanted.VALUE, "source", "fa"),
        ("source:(|", Wanted.VALUE, "source", ""),
        ("source:(ssh |", Wanted.OPERATOR, None, ""),
        ("source:ssh |", Wanted.OPERATOR, None, ""),
        ("(a) |", Wanted.OPERATOR, None, ""),
        ('"in a phr|', Wanted.NOTHING, None, "in a phr"),
        ("nofield:x|", Wanted.NOTHING, None, "x"),
        ("severity:medium..cr|", Wanted.VALUE, "severity", "cr"),
    ],
)
def test_it_knows_what_is_being_typed(typed: str, kind: Wanted, field: str | None, beginning: str) -> None:
    found = at(typed)
    assert (found.kind, found.field, found.beginning) == (kind, field, beginning)


@pytest.mark.parametrize(
    ("typed", "after"),
    [
        ("us|", "user_name:"),
        ("failed stat|", "failed http_status:"),
        ("failed sta|tus", "failed http_status:"),
        ("severity:cr|", "severity:critical"),
        ("severity:>=h|", "severity:>=high"),
        ("severity:low..m| x", "severity:low..medium x"),
        ("severity:(low OR c|rit)", "severity:(low OR critical)"),
        ("OUTCOME:F|", "OUTCOME:failure"),
        ("a |", "a AND"),
        ("a O|", "a OR"),
        ("source:(a |", "source:(a OR"),
    ],
)
def test_a_choice_takes_the_place_of_what_is_typed(typed: str, after: str) -> None:
    assert taken(typed) == after


def test_every_field_is_offered_with_what_it_holds() -> None:
    assert [choice.text for choice in at("|").choices] == [f"{name}:" for name in FIELDS]
    assert all(choice.words for choice in at("|").choices)


def test_values_of_open_fields_are_left_to_the_store() -> None:
    assert at("user:al|").choices == ()


@pytest.mark.parametrize("cursor", [-5, 99])
def test_a_cursor_outside_is_moved_to_the_text(cursor: int) -> None:
    assert complete("user:al", cursor).end <= 7
