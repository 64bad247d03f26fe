"""Keys, excerpts and origins: what every source relies on."""

import pytest

from detection.parsers.interface import EXCERPT_BYTES, Found, Origin, canonical, rejected
from detection.parsers.registry import UnknownFormat, parser_named
from tests.detection.parsers.reading import ORIGIN, parse

LINE = "Nov 20 06:42:31 web-1 sshd[4222]: Failed password for root from 203.0.113.9 port 5 ssh2"


def keys(line: str, ordinal: int = 0, source: str = "ssh", origin: Origin = ORIGIN) -> list[bytes]:
    found = parse("sshd", line, origin)
    assert isinstance(found, Found)
    return [event.event_key for event in found.events(source, ordinal)]


def test_a_line_read_twice_is_one_event_with_or_without_its_line_end() -> None:
    assert keys(LINE) == keys(LINE + "\r\n")
    assert canonical(LINE + "\n") == LINE


def test_equal_lines_of_one_second_another_source_and_another_year_are_other_events() -> None:
    a_year_ago = Origin("ssh", ORIGIN.first_seen.replace(year=2025))
    different = [keys(LINE), keys(LINE, 1), keys(LINE, source="other"), keys(LINE, origin=a_year_ago)]
    assert len({key for (key,) in different}) == 4


def test_an_excerpt_is_cleaned_redacted_and_at_most_4_kib() -> None:
    excerpt = rejected("It is no line.", "password=hunter2 \x00\ud800" + "é" * 9000).excerpt
    assert excerpt.startswith("password=[redacted] \ufffd\ufffd")
    assert EXCERPT_BYTES - 2 < len(excerpt.encode()) <= EXCERPT_BYTES


def test_labels_serve_where_nothing_else_names_host_and_container() -> None:
    origin = Origin("loki", ORIGIN.first_seen, labels={"host": "web-1", "container": "db"})
    assert (origin.host, origin.container) == ("web-1", "db")
    assert Origin("loki", ORIGIN.first_seen, host_name="web-2", labels=origin.labels).host == "web-2"


def test_an_unknown_format_is_refused_with_the_names_of_all() -> None:
    with pytest.raises(UnknownFormat, match=r"no log format 'ngnix'.*apache, api, docker, falco, json, grafana, nginx"):
        parser_named("ngnix")
