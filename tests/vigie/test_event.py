"""Text and documents from outside, as PostgreSQL can hold them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.event import clean_json

TEXTS = st.text(st.sampled_from('\\u0"a\x00\ud800é\n'), max_size=12)


@pytest.mark.parametrize("text", ["\\u0000", "\\\\u0000", "a\\\\\\u0000b", "\\x00\\u0000"])
def test_a_backslash_and_u0000_as_a_client_wrote_them_stay_text(text: str) -> None:
    assert json.loads(clean_json({"line": text})) == {"line": text}


@given(st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS), max_size=3))
def test_any_document_is_json_that_postgresql_can_hold(document: dict[str, object]) -> None:
    written = clean_json(document)
    json.loads(written)
    assert "\x00" not in json.dumps(json.loads(written), ensure_ascii=False)
    written.encode()


def test_nul_and_lone_surrogates_become_a_mark() -> None:
    assert json.loads(clean_json({"a\x00": "\\\x00b\ud800"})) == {"a\ufffd": "\\\ufffdb\ufffd"}
