"""The questions of the Logs page without a Loki: stored lines and Vigie's own logs as one supplier."""

from dataclasses import replace

from dashboard.sources.interface import Answer, Completeness, TimeRange
from dashboard.sources.log_questions import (
    LineContext,
    LinePlace,
    LogChoices,
    LogLines,
    LogQuestions,
    LogSearch,
    Volume,
    VolumePart,
)
from dashboard.sources.logs_own import OwnLogs


class EmbeddedLogs:
    """Implements LogQuestions. What is asked of one supplier alone does not wait for the other, nor fall with it."""

    polled = False

    def __init__(self, stored: LogQuestions, own: OwnLogs) -> None:
        self._stored = stored
        self._own = own
        self.about = f"{stored.about} {own.about}"

    def choices(self, window: TimeRange) -> Answer[LogChoices]:
        stored, own = self._stored.choices(window), self._own.choices(window)
        if stored.rows is None or own.rows is None:
            return replace(stored, rows=own.rows, completeness=Completeness.TRUNCATED)
        streams = (*stored.rows.streams, *own.rows.streams)
        presets = (*stored.rows.presets, *own.rows.presets)
        return replace(stored, rows=LogChoices(streams, stored.rows.levels, presets))

    def page(self, search: LogSearch, older: LinePlace | None, limit: int) -> Answer[LogLines]:
        alone = self._alone(search)
        if alone is not None:
            return alone.page(search, older, limit)
        stored = self._stored.page(search, older, limit)
        own = self._own.page(search, older, limit)
        if stored.rows is None or own.rows is None:
            return stored
        ends = [each.older for each in (stored.rows, own.rows) if each.older is not None]
        floor = max(ends, default=None)  # one of them has not looked below it
        every = sorted((*stored.rows.lines, *own.rows.lines), key=lambda line: line.place, reverse=True)
        known = [line for line in every if floor is None or line.place >= floor]
        shown, rest = tuple(known[:limit]), len(known) > limit
        place = shown[-1].place if rest else floor
        said = own if stored.completeness is Completeness.COMPLETE else stored
        since = None if own.rows.lines else stored.collected_since
        return replace(
            said, rows=LogLines(shown, place), source=f"{stored.source}, {own.source}", collected_since=since
        )

    def volume(self, search: LogSearch, bins: int) -> Answer[Volume]:
        alone = self._alone(search)
        if alone is not None:
            return alone.volume(search, bins)
        stored = self._stored.volume(search, bins)
        if stored.rows is None or not stored.rows.parts:
            return stored
        found = stored.rows
        own, back_to = self._own.counts(search, found.start, found.step, len(found.parts[0].counts))
        since = None if any(any(part.counts) for part in own) else stored.collected_since
        answer = replace(stored, rows=replace(found, parts=_added(found.parts, own)), collected_since=since)
        if back_to is None or stored.completeness is not Completeness.COMPLETE:
            return answer
        sentence = f"Vigie's own logs were counted back to {back_to.astimezone(search.window.zone):%-d %b %H:%M}."
        return replace(answer, completeness=Completeness.TRUNCATED, sentence=sentence)

    def context(self, place: LinePlace, before: int, after: int) -> Answer[LineContext | None]:
        own = self._own.context(place, before, after)
        return own if own.rows is not None else self._stored.context(place, before, after)

    def _alone(self, search: LogSearch) -> LogQuestions | None:
        """The one that is meant, where only one is."""
        if search.stream is not None and self._own.holds(search.stream):
            return self._own
        if search.preset is None:
            return None if search.stream is None else self._stored
        return self._own if self._own.has_preset(search.preset) else self._stored


def _added(stored: tuple[VolumePart, ...], own: tuple[VolumePart, ...]) -> tuple[VolumePart, ...]:
    """The bands of both, those that both tell apart added up."""
    counts = {part.band: part.counts for part in stored}
    for part in own:
        known = counts.get(part.band)
        if known is None and not any(part.counts):
            continue
        counts[part.band] = tuple(map(sum, zip(known, part.counts, strict=True))) if known else part.counts
    return tuple(VolumePart(band, each) for band, each in counts.items())
