"""Where the drawer of an event leads, and what it says."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.events.drawer import around, logs_link
from dashboard.logs.asked import place_of
from dashboard.sources.log_questions import LinePlace
from tests.dashboard.event_fakes import FakeEvents, event


@pytest.mark.parametrize("has_line", [True, False])
def test_the_raw_log_is_opened_at_the_line_of_the_event_where_logs_has_it(night: FakeEvents, has_line: bool) -> None:
    row = night.events[0].row
    link = parse_qs(urlsplit(logs_link(row, has_line=has_line)).query)
    places = [place_of(each) for each in link.get("line", [])]
    assert places == [LinePlace.of(row.position.occurred_at, row.position.key)] * has_line


def test_what_stands_around_an_event_says_what_it_shares(night: FakeEvents) -> None:
    alone = event(night.now - timedelta(hours=1), "sshd", "vault_opened").row
    assert "same user or address or container, at most" in str(around([], night.events[0].row))
    assert "same source, at most a day away" in str(around([], alone))
