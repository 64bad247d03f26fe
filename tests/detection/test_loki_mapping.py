"""A mistake in `[[loki]]` is one sentence that names the file, the key and the remedy."""

from pathlib import Path

import pytest

from detection.mapping import load
from tests.conftest import Store
from tests.detection.conftest import Worker
from vigie.errors import ConfigurationError
from vigie.store.roles import Role

GOOD = """
[[loki]]
name = "ssh"
format = "sshd"
[loki.streams]
job = "auth"
host = { regex = "web-.+" }
env = { not = 'te"st' }
"""


def loaded(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "sources.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_values_are_bound_into_the_query(tmp_path: Path) -> None:
    (mapping,) = load(loaded(tmp_path, GOOD)).lokis
    assert mapping.query.text == '{job="auth",host=~"web-.+",env!="te\\"st"}'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"sshd"', '"ssh"', "ssh: format is 'ssh'. It takes one of: sshd,"),
        ("[loki.streams]", "[loki.stream]", "ssh: stream is not a key Vigie knows. Known keys: streams,"),
        ('job = "auth"', '"j-b" = "auth"', "ssh, streams, j-b: This is not the name of a label."),
        ('"web-.+"', '"web-("', "ssh, streams, host:"),
        (
            "regex",
            "matches",
            "ssh, streams, host: matches is not a key Vigie knows. Known keys: not, not_regex, regex.",
        ),
        ('{ regex = "web-.+" }', "{}", "host has not exactly one condition. It takes one of: regex, not, not_regex."),
        ('{ regex = "web-.+" }', "3", "host is not a text. Write it between quotes."),
        ('"sshd"', '"sshd"\npoll_s = 20', "poll_s is 20. It takes a whole number from 1 to 10."),
        ('"sshd"', '"sshd"\nlookback_minutes = 0', "lookback_minutes is 0. It takes a whole number from 1 to 1440."),
    ],
)
def test_it_says_what_is_wrong_and_what_would_be_right(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigurationError) as caught:
        load(loaded(tmp_path, GOOD.replace(old, new, 1)))
    assert said in str(caught.value)


def test_streams_that_name_nothing_are_refused(tmp_path: Path) -> None:
    text = GOOD.partition("job =")[0] + 'env = { not = "test" }'
    with pytest.raises(ConfigurationError, match=r"names no stream. Choose at least one label with a value"):
        load(loaded(tmp_path, text))


def test_without_the_address_of_loki_the_worker_ends_with_one_sentence(store: Store, tmp_path: Path) -> None:
    sources = {"VIGIE_SOURCES_FILE": str(loaded(tmp_path, GOOD))}
    worker = Worker({"VIGIE_WORKER_DATABASE_URL": store.url(Role.WORKER)} | sources, tmp_path)
    code, _, err = worker.start().wait()
    assert (code, len(err.splitlines())) == (2, 1)
    assert "[[loki]] ssh is read from Loki, and VIGIE_LOKI_URL is not set. Set VIGIE_LOKI_URL" in err
