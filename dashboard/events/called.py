"""Sources by what the screen calls them: a title typed for a source is taken for its name, a name of none is said."""

from collections.abc import Mapping
from difflib import get_close_matches

from dashboard.ui import words
from vigie.query import Query
from vigie.query.nodes import And, Matches, Node, Not, Or, Pattern, leaves


def by_name(query: Query, titles: Mapping[str, str]) -> Query:
    """The query with titles of sources replaced by their names. `titles`: by name."""
    called = [title.casefold() for title in titles.values()]
    names = {title.casefold(): name for name, title in titles.items() if called.count(title.casefold()) == 1}
    names |= {name.casefold(): name for name in titles}
    return query if query.tree is None else Query(_named(query.tree, names))


def _named(node: Node, names: Mapping[str, str]) -> Node:
    match node:
        case Not(part):
            return Not(_named(part, names))
        case And(parts):
            return And(tuple(_named(part, names) for part in parts))
        case Or(parts):
            return Or(tuple(_named(part, names) for part in parts))
        case Matches("source", Pattern((typed,))):
            return Matches("source", Pattern((names.get(typed.casefold(), typed),)))
        case _:
            return node


def unknown_words(query: Query, titles: Mapping[str, str]) -> str:
    """`No source is called foo.` for the first source of the query that is none; nothing where all are known."""
    asked = [] if query.tree is None else leaves(query.tree)
    for leaf in asked:
        match leaf:
            case Matches("source", Pattern((typed,))) if typed and titles and typed not in titles:
                return f"No source is called {words.outside(typed, 60)}." + _instead(typed, titles)
    return ""


def _instead(typed: str, titles: Mapping[str, str]) -> str:
    named = str(by_name(Query().narrowed("source", [typed]), titles))
    near = get_close_matches(typed.casefold()[:40], titles, n=1)
    if named == str(Query().narrowed("source", [typed])):
        return f" Did you mean source:{near[0]}?" if near else ""
    return f" Write {named}."
