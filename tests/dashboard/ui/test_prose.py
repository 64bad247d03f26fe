"""Markdown from a file is drawn as what it says, and nothing in it becomes anything but text."""

import json
from typing import Any

from dash.development.base_component import Component
from hypothesis import given, settings
from hypothesis import strategies as st
from plotly.utils import PlotlyJSONEncoder

from dashboard.ui.prose import listing, prose, visible


def drawn(text: str) -> list[tuple[str, Any]]:
    """Kind and text of each block."""
    return [(type(block).__name__, _text(block)) for block in prose(text)]


def _text(part: object) -> str:
    if isinstance(part, list):
        return "".join(_text(each) for each in part)
    if isinstance(part, Component):
        return _text(getattr(part, "children", ""))
    return str(part)


def test_headings_paragraphs_and_lists_are_told_apart() -> None:
    text = "# Title\nOne\nline.\n\n## Steps\n1. First\n   goes on\n2. Second\n\n- a\n- b\n"
    assert [kind for kind, _ in drawn(text)] == ["H4", "P", "H4", "Ol", "Ul"]
    assert drawn(text)[1][1] == "One line."
    assert drawn(text)[3][1] == "First goes onSecond"


def test_code_is_kept_as_it_is_written() -> None:
    assert drawn("```sh\n# no title\n- no item\n```\nafter") == [("Pre", "# no title\n- no item"), ("P", "after")]


def test_a_list_goes_on_counting_after_a_block_of_code() -> None:
    first, code, second = prose("1. One\n\n   ```\n   vigie\n   ```\n\n2. Two\n")
    assert (first.start, second.start, _text(code)) == ("1", "2", "vigie")


def test_a_table_has_its_head_and_its_rows() -> None:
    [table] = prose("| verdict | when |\n|---|---|\n| benign | a **known** script |\n")
    assert [type(part).__name__ for part in table.children] == ["Thead", "Tbody"]
    assert _text(table) == "verdictwhenbenigna known script"


def test_a_search_leads_to_what_it_finds() -> None:
    [block] = prose("```search\nuser:alice AND source_ip:192.0.2.7\n```")
    assert block.children[1].href == "/events?q=user%3Aalice+AND+source_ip%3A192.0.2.7"


def test_a_block_that_never_ends_is_the_rest() -> None:
    assert drawn("~~~\na\nb") == [("Pre", "a\nb")]


def test_words_in_a_line_are_marked_and_links_are_text() -> None:
    [block] = prose("See `x` and **bold**, [the page](other.md), [ATT&CK](https://attack.mitre.org/).")
    kinds = [type(part).__name__ for part in block.children]
    assert {"Code", "Strong"} <= set(kinds)
    assert "A" not in kinds
    assert _text(block) == "See x and bold, the page, ATT&CK (https://attack.mitre.org/)."


def test_marks_that_turn_or_hide_text_are_taken_out() -> None:
    assert visible("a\u202eb\x1b[31m\nc\td") == "a b [31m\nc\td"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert _text(listing("x" * 99, 10)) == "x" * 10 + "…"


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="#-*`[]()|>1. \nax\u202e<", max_size=200))
def test_any_text_is_drawn_without_links_and_markup(text: str) -> None:
    made = json.dumps(prose(text), cls=PlotlyJSONEncoder)
    assert not any(f'"type": "{kind}"' in made for kind in ("A", "Img", "Iframe", "Script", "Markdown"))
