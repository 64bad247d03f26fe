"""What is to be looked at, in bounded pieces: spans that new events touched, put together."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

NEAR = timedelta(minutes=1)  # spans nearer than this are looked at together
WIDEST = timedelta(hours=6)  # so that one question stays a small one, however much was imported


@dataclass(frozen=True, slots=True)
class Piece:
    """Event time from `since` to `until` (UTC, both included) in which events of `categories` (none: of any) are new.

    `noted_at`: since when it waits to be looked at.
    """

    since: datetime
    until: datetime
    categories: frozenset[str]
    noted_at: datetime


def pieces_of(spans: Iterable[Piece]) -> list[Piece]:
    """`spans` put together where they touch, cut where they are too wide; the newest first, as what is live."""
    joined: list[Piece] = []
    for span in sorted(spans, key=lambda each: each.since):
        last = joined[-1] if joined else None
        if last is None or span.since - last.until > NEAR:
            joined.append(span)
        else:
            joined[-1] = Piece(
                last.since,
                max(last.until, span.until),
                last.categories | span.categories,
                min(last.noted_at, span.noted_at),
            )
    return [piece for whole in reversed(joined) for piece in _cut(whole)]


def _cut(piece: Piece) -> Iterable[Piece]:
    until = piece.until
    while until - piece.since > WIDEST:
        yield replace(piece, since=until - WIDEST, until=until)
        until -= WIDEST
    yield replace(piece, until=until)
