"""A user agent in few words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.activity.devices import device_words

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox 132 on Linux"),
        (WINDOWS, "Chrome 131 on Windows"),
        (f"{WINDOWS} Edg/131.0", "Edge 131 on Windows"),
        (IPHONE, "Safari 18 on iPhone"),
        ("python-requests/2.32.3", "python-requests 2.32"),
        (None, ""),
        ("???", "???"),
    ],
)
def test_a_user_agent_is_said_in_few_words(agent: str | None, said: str) -> None:
    assert device_words(agent) == said


@given(st.text(max_size=2000))
def test_any_user_agent_is_said_in_one_short_line(agent: str) -> None:
    said = device_words(agent)
    assert len(said) <= 64
    assert "\n" not in said
