"""Samples of rules: real lines through the real parsers, or the fields of an event."""

from datetime import timedelta

import pytest

from detection.sigma.refusals import Refused
from detection.sigma.samples import START, events_of

NGINX = '192.0.2.7 - - [{time}] "GET /.env?{n} HTTP/1.1" 404 5 "-" "curl"'
LINES = {
    "nginx": NGINX,
    "apache": NGINX,
    "sshd": "{time} web-1 sshd[8]: Failed password for root from 192.0.2.7 port 22 ssh2",
    "postgres": '{time} [7] FATAL:  password authentication failed for user "app"',
    "falco": '{"time": "{time}", "rule": "Terminal shell in container", "priority": "Notice", "output": "x"}',
    "grafana": "logger=context t={time} level=info msg=\"Request Completed\" method=POST path=/login status=401 "
    "remote_addr=192.0.2.7",
    "json": '{"time": "{time}", "event": "authn_login_fail", "user": "alice"}',
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_a_real_line_is_an_event_of_its_own_time(name: str) -> None:
    (event,) = events_of([{"format": name, "line": LINES[name], "at_s": 90}])
    assert (event.occurred_at, event.source) == (START + timedelta(seconds=90), name)


def test_a_line_repeated_is_as_many_events_even_at_one_instant() -> None:
    events = events_of([{"format": "sshd", "line": LINES["sshd"], "repeat": 3, "every_s": 0}])
    assert len({event.event_key for event in events}) == 3


def test_fields_make_an_event_and_n_counts_its_repetitions() -> None:
    entry = {"source": "app", "category": "authentication", "action": "authn_login_fail", "outcome": "failure",
             "user_name": "user{n}", "source_ip": "192.0.2.{n}", "severity": "low", "repeat": 2}  # fmt: skip
    events = events_of([entry])
    assert [(event.user_name, str(event.source_ip)) for event in events] == [
        ("user0", "192.0.2.0"),
        ("user1", "192.0.2.1"),
    ]


def test_an_entry_without_a_time_begins_a_second_after_the_one_before() -> None:
    entry = {"source": "app", "category": "web", "action": "x"}
    events = events_of([{**entry, "repeat": 2, "every_s": 10}, entry])
    assert [(event.occurred_at - START).total_seconds() for event in events] == [0, 10, 11]


@pytest.mark.parametrize(
    ("sample", "word"),
    [
        ("text", "no list"),
        ([7], "no mapping"),
        ([{"format": "ngnix", "line": "x"}], "ngnix"),
        ([{"format": "nginx", "line": "x"}], "no event"),
        ([{"format": "nginx", "line": 7}], "no text"),
        ([{"line": "x", "colour": "red"}], "colour"),
        ([{"source": "app", "category": "web"}], "action"),
        ([{"source": "a", "category": "b", "action": "c", "outcome": "fine"}], "fine"),
        ([{"source": "a", "category": "b", "action": "c", "source_ip": "x"}], "address"),
        ([{"source": "a", "category": "b", "action": "c", "severity": "bad"}], "severity"),
        ([{"source": "a", "category": "b", "action": "c", "repeat": 10**9}], "repeat"),
        ([{"source": "a", "category": "b", "action": "c", "at_s": -1}], "at_s"),
        ([{"source": "a", "category": "b", "action": "c", "raw": []}], "raw"),
    ],
)
def test_it_refuses_what_is_no_sample(sample: object, word: str) -> None:
    with pytest.raises(Refused, match=word):
        events_of(sample)


def test_a_line_that_tells_nothing_is_an_event_where_its_source_keeps_all() -> None:
    entry = {"format": "nginx", "line": NGINX.replace("/.env?{n}", "/").replace("404", "200")}
    with pytest.raises(Refused, match="no event"):
        events_of([entry])
    assert [event.action for event in events_of([{**entry, "keep": "all"}])] == ["http_request"]
