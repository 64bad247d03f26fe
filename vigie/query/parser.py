"""Parses the text of a query into a tree. The grammar is in docs/reference/query-language.md.

either  = both { "OR" both }
both    = single { [ "AND" ] single }
single  = ( "NOT" | "-" ) single | "(" either ")" | field ":" value | field ":" "(" value { "OR" value } ")" | word
"""

from vigie.query.errors import QueryError
from vigie.query.fields import Field, find_field
from vigie.query.near import check_meant_as_words
from vigie.query.nodes import Node, Text, all_of, any_of, negated
from vigie.query.printer import written
from vigie.query.tokens import QUOTES, Sign, Token, tokens_of
from vigie.query.values import comparison, part_of

MOST_LETTERS = 2000
MOST_TERMS = 60
_MOST_NESTED = 60  # of signs around one term while reading; the tree itself is held flatter, see `query.py`
_FOREIGN = {"&&": "AND", "||": "OR"}


def tree_of(text: str) -> Node | None:
    """The tree of a query, None for one that asks for everything. Raises QueryError."""
    check_letters(text)
    if text.strip() in ("", "*"):
        return None
    return _Parser(text).tree()


def check_letters(text: str) -> None:
    """Raises QueryError for a text that is too long, or holds what neither PostgreSQL nor Loki can be asked for."""
    if len(text) > MOST_LETTERS:
        raise QueryError(
            f"The query is {len(text)} characters long.", f"Use at most {MOST_LETTERS}.",
            position=MOST_LETTERS, length=len(text) - MOST_LETTERS,
        )  # fmt: skip
    for at, letter in enumerate(text):
        if letter == "\0" or "\ud800" <= letter <= "\udfff":
            raise QueryError(f"Character {at + 1} is one that no event can hold.", "Delete it.", position=at, length=1)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens_of(text)
        self._at = 0
        self._nested = 0
        self._terms = 0

    def tree(self) -> Node:
        tree = self._either()
        token = self._token
        if token.sign is Sign.CLOSE:
            raise _refusal(token, "This ) closes nothing.", "Delete it, or write the ( that it closes.")
        assert token.sign is Sign.END  # `_both` goes on until OR, ) or the end
        return tree

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _either(self) -> Node:
        parts = [self._both()]
        while self._token.sign is Sign.OR:
            self._check_sides(self._next())
            parts.append(self._both())
        return any_of(parts)

    def _both(self) -> Node:
        parts = [self._single()]
        while self._token.sign not in (Sign.OR, Sign.CLOSE, Sign.END):
            if self._token.sign is Sign.AND:
                self._check_sides(self._next())
            parts.append(self._single())
        return all_of(parts)

    def _check_sides(self, operator: Token) -> None:
        if self._token.sign in (Sign.AND, Sign.OR, Sign.CLOSE, Sign.END):
            raise _lacks_side(operator)

    def _single(self) -> Node:
        self._nested += 1
        if self._nested > _MOST_NESTED:
            raise _refusal(self._token, "The query is nested too deep.", "Use fewer parentheses.")
        node = self._inner()
        self._nested -= 1
        return node

    def _inner(self) -> Node:
        token = self._next()
        match token.sign:
            case Sign.NOT | Sign.MINUS:
                if self._token.sign in (Sign.AND, Sign.OR, Sign.CLOSE, Sign.END):
                    raise _refusal(token, "NOT needs something after it.", 'For the word itself, write "NOT".')
                return negated(self._single())
            case Sign.OPEN:
                return self._group(token)
            case Sign.FIELD:
                return self._compared(token)
            case Sign.WORD:
                return self._words(token)
            case Sign.AND | Sign.OR:
                raise _lacks_side(token)
            case Sign.CLOSE:
                raise _refusal(token, "This ) closes nothing.", "Delete it, or write the ( that it closes.")
            case Sign.END:
                raise AssertionError("whoever asks for a term has looked whether there is one")

    def _group(self, opening: Token) -> Node:
        if self._token.sign is Sign.CLOSE:
            raise _refusal(
                opening, "Nothing stands between ( and ).", "Write a query there, or delete both.", self._token.end
            )
        if self._token.sign is Sign.END:
            raise _unclosed(opening)
        node = self._either()
        if self._next().sign is not Sign.CLOSE:
            raise _unclosed(opening)
        return node

    def _compared(self, name: Token) -> Node:
        field = find_field(name.plain, name.start)
        if self._token.start == name.end and self._token.sign is Sign.OPEN:
            return self._list(field, self._next())
        if self._token.start != name.end or self._token.sign is not Sign.WORD:
            raise _refusal(
                name, f"{field.name} needs a value right after the colon.",
                f"For events without one, write -{field.name}:*", suggestions=_examples(field),
            )  # fmt: skip
        return self._value(field, self._next())

    def _list(self, field: Field, opening: Token) -> Node:
        parts: list[Node] = []
        while True:
            value = self._next()
            if value.sign is Sign.END:
                raise _unclosed(opening)
            if value.sign is not Sign.WORD:
                raise _refusal(value, "A value is missing here.", f"Write {field.name}:(one OR other).")
            parts.append(self._value(field, value))
            joint = self._next()
            if joint.sign is Sign.CLOSE:
                return any_of(parts)
            if joint.sign is Sign.END:
                raise _unclosed(opening)
            if joint.sign is not Sign.OR:
                raise _refusal(joint, "In a list, OR stands between the values.", f"Write {field.name}:(one OR other).")

    def _value(self, field: Field, value: Token) -> Node:
        self._check_word(value)
        return comparison(field, value)

    def _words(self, word: Token) -> Node:
        check_meant_as_words(self._text, self._tokens, self._at - 1)
        self._check_word(word)
        self._check_operator(word)
        if not any(word.pieces):
            what = "Empty quotes find nothing." if word.quoted else "A * alone stands for everything."
            raise _refusal(word, what, "Leave it out, or write some text with it.")
        return Text(part_of(word.pieces))

    def _check_word(self, word: Token) -> None:
        """`word` was just read."""
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise _refusal(word, f"The query has more than {MOST_TERMS} terms.", "Use fewer, or a phrase in quotes.")
        if not word.closed:
            raise self._unfinished(word)
        after = self._token
        if after.sign is Sign.WORD and after.start == word.end:
            raise _refusal(
                after, "A space is missing before this.", 'Inside quotes, write \\" for a quote.', word.start
            )

    def _unfinished(self, word: Token) -> QueryError:
        typed = self._text[word.start : word.end]
        mended = () if typed.endswith("\\") or not word.plain else (typed + QUOTES[typed[0]],)
        sentence = f"A closing quote is missing: opened at character {word.start + 1}."
        return _refusal(word, sentence, "Write it where the phrase ends.", suggestions=mended)

    def _check_operator(self, word: Token) -> None:
        """In small letters "or" is a word like others. Beside a field or parentheses it was not meant as one."""
        operator = _FOREIGN.get(word.plain) or word.plain.upper()
        if word.quoted or operator not in ("AND", "OR", "NOT"):
            return
        before = self._tokens[self._at - 2] if self._at > 1 else word
        beside = before.sign is Sign.CLOSE or before.of_field or self._token.sign in (Sign.FIELD, Sign.OPEN, Sign.MINUS)
        if word.plain in _FOREIGN or beside:
            raise _refusal(
                word, f"For the operator, write {operator}; for the text, {written(word.plain)}.",
                suggestions=(operator, f'"{word.plain}"'),
            )  # fmt: skip


def _examples(field: Field) -> tuple[str, ...]:
    return tuple(f"{field.name}:{choice}" for choice in field.choices)


def _lacks_side(operator: Token) -> QueryError:
    return _refusal(
        operator, f"{operator.plain} needs something on both sides.",
        f'For the word itself, write "{operator.plain}".', suggestions=(f'"{operator.plain}"',),
    )  # fmt: skip


def _unclosed(opening: Token) -> QueryError:
    return _refusal(
        opening, f"The ( at character {opening.start + 1} is never closed.", "Write a ) where the group ends."
    )


def _refusal(
    token: Token, sentence: str, advice: str = "", start_or_end: int | None = None, *, suggestions: tuple[str, ...] = ()
) -> QueryError:
    marks = [token.start, token.end, *([] if start_or_end is None else [start_or_end])]
    return QueryError(sentence, advice, position=min(marks), length=max(marks) - min(marks), suggestions=suggestions)
