"""A query that cannot be asked: what is wrong, at which characters, and what could stand there."""

import pytest

from vigie.query import QueryError, parse


def refused(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "marked", "sentence"),
    [
        ("a sorce_ip:1 b", "sorce_ip", "There is no field sorce_ip."),
        ("occurred_at:today", "occurred_at", "occurred_at is not asked for here."),
        ("user: alice", "user:", "user_name needs a value right after the colon."),
        ("(user:)", "user:", "user_name needs a value right after the colon."),
        ("ip:300.1.1.1", "300.1.1.1", "300.1.1.1 is not an address."),
        ("ip:10.0.0.0/33", "10.0.0.0/33", "10.0.0.0/33 is not a network."),
        ("ip:fe80::1%eth0", "fe80::1%eth0", "fe80::1%eth0 is not an address."),
        ("status:abc x", "abc", "abc is no http_status."),
        ("status:1000", "1000", "1000 is no http_status."),
        ("status:٤٠٤", "٤٠٤", "٤٠٤ is no http_status."),
        ("status:>=4..5", ">=4..5", ">=4..5 is two kinds of range at once."),
        ("status:..", "..", "This range has neither a beginning nor an end."),
        ("status:499..400", "499..400", "No value lies in this range."),
        ("severity:>critical", ">critical", "No value lies in this range."),
        ("severity:hihg", "hihg", "hihg is no severity."),
        ("outcome:failed", "failed", "failed is no outcome."),
        (
            "x severity>=high",
            "severity>=high",
            "severity>=high compares nothing: a field and its value are joined by a colon.",
        ),
        (
            "x user = root y",
            "user = root",
            "user = root compares nothing: a field and its value are joined by a colon.",
        ),
        ('x "abc', '"abc', "A closing quote is missing: opened at character 3."),
        ('user:"abc', '"abc', "A closing quote is missing: opened at character 6."),
        ('foo"bar"', 'foo"bar"', "A space is missing before this."),
        ("a OR", "OR", "OR needs something on both sides."),
        ("AND a", "AND", "AND needs something on both sides."),
        ("a OR AND b", "OR", "OR needs something on both sides."),
        ("(a OR)", "OR", "OR needs something on both sides."),
        ("a NOT", "NOT", "NOT needs something after it."),
        ("x (a b", "(", "The ( at character 3 is never closed."),
        ("user:(a OR b", "(", "The ( at character 6 is never closed."),
        ("a) b", ")", "This ) closes nothing."),
        (")", ")", "This ) closes nothing."),
        ("a ( ) b", "( )", "Nothing stands between ( and )."),
        ("user:(a b)", "b", "In a list, OR stands between the values."),
        ("user:(a OR )", ")", "A value is missing here."),
        ("user:(a OR -b)", "-", "A value is missing here."),
        ("user:alice or user:bob", "or", 'For the operator, write OR; for the text, "or".'),
        ("a || b", "||", 'For the operator, write OR; for the text, "||".'),
        ('a ""', '""', "Empty quotes find nothing."),
        ("a * b", "*", "A * alone stands for everything."),
        ("x " * 61, "x", "The query has more than 60 terms."),
    ],
)
def test_it_says_what_is_wrong_and_where(text: str, marked: str, sentence: str) -> None:
    error = refused(text)
    assert text[error.position : error.position + error.length] == marked
    assert error.sentence == sentence


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("sorce_ip:10.0.0.1", "source_ip:10.0.0.1"),
        ("usr:alice", "user_name:alice"),
        ("severity:hihg", "severity:high"),
        ("outcome:failed", "outcome:failure"),
        ("status:499..400", "status:400..499"),
        ("user:alice or user:bob", "user:alice OR user:bob"),
        ("a && b", "a AND b"),
        ("outcome: x", "outcome:success x"),
        ('user:"alice', 'user:"alice"'),
        ("a OR", 'a "OR"'),
        ("a severity>=high", "a severity:>=high"),
        ("user = root b", "user_name:root b"),
        ("status <500", "http_status:<500"),
        ("ip!= 10.0.0.1", "-source_ip:10.0.0.1"),
        ('user=="a b" c', 'user_name:"a b" c'),
    ],
)
def test_the_first_suggestion_in_its_place_gives_a_query(text: str, mended: str) -> None:
    error = refused(text)
    end = error.position + error.length
    assert text[: error.position] + error.suggestions[0] + text[end:] == mended
    assert parse(mended)


def test_what_was_typed_is_shown_short_and_visible() -> None:
    assert refused(f"ip:\u202e{'x' * 500}").sentence == f"\ufffd{'x' * 38}… is not an address."


def test_every_refusal_says_what_to_do() -> None:
    texts = [
        "x:1",
        "user: a",
        "ip:x",
        "status:x",
        "severity:x",
        '"a',
        "a OR",
        "(a",
        "a)",
        "()",
        "user:(a b)",
        "a * b",
        "NOT",
    ]
    assert all(refused(text).advice for text in texts)


@pytest.mark.parametrize("text", ["port = 22", '"user" "=" root', '"user=root"', "a=b", "-> x", "user:a = b"])
def test_what_compares_no_field_is_words(text: str) -> None:
    assert str(parse(text))


def test_a_comparison_without_a_meaning_here_offers_its_text_only() -> None:
    assert refused("user>5").suggestions == ('"user>5"',)
