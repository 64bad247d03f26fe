"""Longer texts from outside, drawn as what they say: a runbook's Markdown, a rule's source, a sample.

Only text comes out of it: no markup of the text itself, no picture, and no link but to a search of ours.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from textwrap import dedent
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from dashboard.ui.attributes import attributes
from dashboard.ui.event_links import PATH as EVENTS
from dashboard.ui.words import UNPRINTABLE

LONGEST = 60_000
_MOST_BLOCKS = 600
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ITEM = re.compile(r"\s*(?:[-*+]|(\d{1,3})[.)])\s+(.*)")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_TABLE = re.compile(r"\s*\|")
_RULE = re.compile(r"[\s|:-]*")  # between the head of a table and its rows
_INLINE = re.compile(r"(`[^`\n]+`)|(\*\*[^*\n]+\*\*)|(\[[^\]\n]{1,300}\]\([^()\s]{0,500}\))")
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\(([^()\s]{0,500})\)")
_ELSEWHERE = ("http://", "https://")
_NAV = attributes(data_nav="1")
Part = Component | str


def visible(text: str, limit: int = LONGEST) -> str:
    """`text` with its lines, without control and direction marks, and cut at `limit` with an ellipsis."""
    cut = text[:limit].replace("\r\n", "\n")
    plain = "".join(sign if sign in "\n\t" or not _is_hidden(sign) else " " for sign in cut)
    return plain + "…" if len(text) > limit else plain


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in UNPRINTABLE


def listing(text: str, limit: int = LONGEST, label: str = "") -> html.Pre:
    """A source text as it is written. Long lines scroll, so it can be reached with the keyboard; `label` names it."""
    named = attributes(role="region", aria_label=label or "Source text")
    return html.Pre(html.Code(visible(text, limit)), className="listing", tabIndex=0, **named)


def prose(text: str) -> list[Component]:
    """Markdown: headings, paragraphs, lists, tables, blocks of code, code and bold words in a line."""
    lines = visible(text).split("\n")
    return [block for block, _ in zip(_blocks(lines), range(_MOST_BLOCKS), strict=False)]


def _blocks(lines: Sequence[str]) -> Iterator[Component]:
    at = 0
    while at < len(lines):
        line = lines[at]
        fence, heading = _FENCE.match(line), _HEADING.match(line)
        if not line.strip():
            at += 1
        elif fence:
            end = _until(lines, at + 1, partial(_closes, fence[1]))
            yield _code(dedent("\n".join(lines[at + 1 : end])), line.strip().lstrip("`~").strip())
            at = end + 1
        elif heading:
            yield html.H4(_inline(heading[2])) if len(heading[1]) < 3 else html.H5(_inline(heading[2]))
            at += 1
        elif _TABLE.match(line):
            end = _until(lines, at, lambda each: not _TABLE.match(each))
            yield _table(lines[at:end])
            at = end
        elif _ITEM.match(line):
            end = _until(lines, at, _ends_a_list)
            yield _list(lines[at:end])
            at = end
        else:
            end = _until(lines, at + 1, _ends_a_paragraph)
            yield html.P(_inline(" ".join(each.strip().removeprefix("> ") for each in lines[at:end])))
            at = end


def _code(text: str, language: str) -> Component:
    """A block marked `search` is a query of ours: it leads to what it finds."""
    if language != "search":
        return listing(text, label="Commands")
    link = html.A("Search", href=f"{EVENTS}?{urlencode({'q': text.strip()})}", className="button small", **_NAV)
    return html.Div([listing(text, label="Search"), link], className="prose-search")


def _until(lines: Sequence[str], start: int, ends: Callable[[str], object]) -> int:
    return next((at for at in range(start, len(lines)) if ends(lines[at])), len(lines))


def _closes(fence: str, line: str) -> bool:
    return line.strip().startswith(fence)


def _ends_a_list(line: str) -> bool:
    return not line.strip() or not (_ITEM.match(line) or line.startswith((" ", "\t")))


def _ends_a_paragraph(line: str) -> bool:
    return not line.strip() or any(each.match(line) for each in (_HEADING, _ITEM, _FENCE, _TABLE))


def _list(lines: Sequence[str]) -> Component:
    items: list[str] = []
    for line in lines:
        item = _ITEM.match(line)
        if item:
            items.append(item[2])
        else:
            items[-1] += f" {line.strip()}"
    first = _ITEM.match(lines[0])
    shown = [html.Li(_inline(each)) for each in items]
    return html.Ol(shown, start=first[1]) if first and first[1] else html.Ul(shown)


def _table(lines: Sequence[str]) -> Component:
    """The first row names the columns."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if not _RULE.fullmatch(line)
    ]
    head = html.Thead(html.Tr([html.Th(_inline(cell), scope="col") for cell in rows[0]])) if rows else None
    return html.Table([head, html.Tbody([html.Tr([html.Td(_inline(cell)) for cell in row]) for row in rows[1:]])])


def _inline(text: str) -> list[Part]:
    parts: list[Part] = []
    at = 0
    for found in _INLINE.finditer(text):
        parts.append(text[at : found.start()])
        parts.append(_marked(found[0]))
        at = found.end()
    return [*(part for part in parts if part != ""), text[at:]]


def _marked(text: str) -> Part:
    if text.startswith("`"):
        return html.Code(text.strip("`"))
    if text.startswith("**"):
        return html.Strong(text.strip("*"))
    link = _LINK.fullmatch(text)
    words, to = (link[1], link[2]) if link else (text, "")
    return f"{words} ({to})" if to.startswith(_ELSEWHERE) and to != words else words
