"""The questions of the Logs page, answered by Loki. The only place where a SourceError of Loki becomes an answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

from dashboard.sources import log_questions
from dashboard.sources import logs_loki_lines as lines
from dashboard.sources import logs_loki_names as names
from dashboard.sources.beat import beating
from dashboard.sources.interface import Answer, Completeness, TimeRange
from dashboard.sources.log_questions import LineContext, LinePlace, LogChoices, LogLines, LogSearch, Volume, VolumePart
from dashboard.sources.logs_loki_names import Naming
from dashboard.sources.places import BUDGET_S, Budget, Places
from dashboard.sources.recent import Recent
from vigie.clients.errors import BadFilter, CircuitOpen, SourceError, TooSlow
from vigie.clients.http import HttpClient
from vigie.clients.literals import Match, Matcher
from vigie.clients.log_lines import Direction, LogLine, LogPage, Nanoseconds, moment_of, nanoseconds
from vigie.clients.logql import LogQuery
from vigie.clients.loki import MOST_LINES, Loki
from vigie.clients.samples import no_numbers
from vigie.clients.source import Source
from vigie.clock import utc_now
from vigie.query import QueryError
from vigie.query.logql import log_query

_LONGEST = timedelta(days=30)  # Loki takes 721 hours in one question as it is shipped
_CONTEXT_NS = 24 * 3600 * 10**9
_TIES = 200  # lines of the same instant before the one whose context is asked for
_NAMING_KEPT_S = 60
_SHORTER = "Choose a shorter time range or one stream."
_ADVICE = "Change the search. Loki's own log says more."
_NEWEST, _OLDEST = Direction.NEWEST_FIRST, Direction.OLDEST_FIRST
T = TypeVar("T")


class LokiLogs:
    """Implements LogQuestions. Safe to use from many threads. `source`: as configured; it gets `BUDGET_S` at most."""

    polled = True
    about = (
        "Lines as Loki holds them, whatever became of them here. Loki keeps them as long as its own retention says "
        "and gives nothing older, without a word."
    )

    def __init__(self, source: Source) -> None:
        self._http = HttpClient(replace(source, deadline_s=min(source.deadline_s, BUDGET_S)))
        self._loki = Loki(self._http)
        self._beating = beating(source)
        self._places = Places("Loki")
        self._naming: Recent[int, Naming] = Recent(2)

    def close(self) -> None:
        """Closes the kept connections."""
        self._http.close()
        self._beating.close()

    def look_again(self) -> None:
        """Asks at once: the beat has found that it is back."""
        self._http.look_again()

    def beat(self) -> None:
        """A question that costs little. Raises SourceError."""
        now = utc_now()
        Loki(self._beating).labels(now - timedelta(minutes=5), now)

    def choices(self, window: TimeRange) -> Answer[LogChoices]:
        return self._ask(lambda _: (self._choices(window), ""))

    def page(self, search: LogSearch, older: LinePlace | None, limit: int) -> Answer[LogLines]:
        return self._ask(lambda budget: self._page(search, older, limit, budget))

    def volume(self, search: LogSearch, bins: int) -> Answer[Volume]:
        return self._ask(lambda _: (self._volume(search, bins), ""))

    def context(self, place: LinePlace, before: int, after: int) -> Answer[LineContext | None]:
        return self._ask(lambda budget: (self._context(place, before, after, budget), ""))

    def _ask(self, question: Callable[[Budget], tuple[T, str]]) -> Answer[T]:
        """`question` gives rows, and a sentence where they are not all. Raises QueryError alone."""
        try:
            with self._places.one():
                rows, missing = question(Budget("Loki", _SHORTER, BUDGET_S))
        except BadFilter as error:
            raise QueryError(error.sentence, error.advice) from error
        except SourceError as error:
            since = error.since if isinstance(error, CircuitOpen) else None
            kind = Completeness.UNAVAILABLE
            return Answer(None, utc_now(), "Loki", kind, error.sentence, error.advice or _ADVICE, since)
        kind = Completeness.TRUNCATED if missing else Completeness.COMPLETE
        return Answer(rows, utc_now(), "Loki", kind, missing)

    def _names(self) -> Naming:
        """Which labels this Loki has. Looked up anew each minute."""
        now = utc_now()
        minute = int(now.timestamp() // _NAMING_KEPT_S)
        return self._naming.get(minute, lambda: names.naming(self._loki.labels(now - timedelta(hours=24), now)))

    def _query(self, search: LogSearch) -> LogQuery:
        """Raises QueryError, or BadFilter, for what Loki has no words for."""
        naming = self._names()
        streams = [naming.any_stream]
        if search.stream is not None:
            streams.append(Matcher(naming.stream, Match.EQUAL, search.stream))
        preset, level = names.PRESETS.get(search.preset or ""), names.LEVELS.get(search.level or "")
        if preset is not None:
            streams.append(Matcher(naming.stream, Match.REGEX, preset.streams))
        query = log_query(search.query, tuple(streams), naming.fields)
        if preset is not None:
            lines_too, fields = (*preset.lines, *query.lines), {**preset.fields, **query.fields}
            query = replace(query, lines=lines_too, fields=fields, where=(*query.where, *preset.where))
        if level is not None:
            query = replace(query, where=(*query.where, level.matcher(naming.level)))
        if naming.reads_level and any(matcher.label == naming.level for matcher in query.where):
            query = replace(query, fields={**query.fields, naming.level: "level"})
        return query

    def _choices(self, window: TimeRange) -> LogChoices:
        naming = self._names()
        since = max(window.since, window.until - _LONGEST)
        return names.choices(self._loki.label_values(naming.stream, since, window.until))

    def _page(self, search: LogSearch, older: LinePlace | None, limit: int, budget: Budget) -> tuple[LogLines, str]:
        query, naming, window = self._query(search).text, self._names(), search.window
        first, end = nanoseconds(window.since), nanoseconds(window.until)
        end = Nanoseconds(min(end, older.at)) if older else end
        found: list[LogLine] = []
        for since, until in lines.slices(first, end):
            if until < end and budget.is_spent():
                return _so_far(found, naming, until, window)
            try:
                page = self._lines(query, since, until, limit - len(found), _NEWEST, budget)
            except TooSlow:
                if until == end:
                    raise
                return _so_far(found, naming, until, window)
            if page.limit_reached:
                whole, next_end = lines.whole_instants(page, partial(self._at, query, budget))
                return LogLines(_shown([*found, *whole], naming), LinePlace(next_end)), ""
            found += page.lines
        return LogLines(_shown(found, naming), None), ""

    def _lines(self, query: str, since: int, until: int, limit: int, direction: Direction, budget: Budget) -> LogPage:
        return self._loki.page(
            query,
            Nanoseconds(since),
            Nanoseconds(until),
            limit=limit,
            direction=direction,
            within_s=budget.left(),
        )

    def _at(self, query: str, budget: Budget, at: int) -> LogPage:
        """All lines of one nanosecond."""
        return self._lines(query, at, at + 1, MOST_LINES, _NEWEST, budget)

    def _volume(self, search: LogSearch, bins: int) -> Volume:
        query, level = self._query(search), self._names().level
        start, step, count = lines.stepped(search.window, bins)
        counts = {band: [0] * count for band in names.BANDS}
        for series in self._loki.series(query.counted(step, (level,)), start + step, start + count * step, step):
            band = counts[names.band_of(series.labels.get(level, ""))]
            for point in series.points:
                if point.value is None:
                    raise no_numbers("Loki")
                band[(point.at - start) // step - 1] += int(point.value)  # a point ends the step that it counts
        return Volume(start, step, tuple(VolumePart(band, tuple(counts[band])) for band in names.BANDS))

    def _context(self, place: LinePlace, before: int, after: int, budget: Budget) -> LineContext | None:
        naming = self._names()
        instant = self._at(LogQuery((naming.any_stream,)).text, budget, place.at).lines
        line = next((each for each in instant if lines.key(each) == place.key), None)
        if line is None:
            return None
        query, at = LogQuery((naming.any_stream, *lines.same_stream(line))).text, line.at
        if not before and not after:
            return LineContext((), lines.shown(line, naming), (), more_before=True, more_after=True)
        back = self._lines(query, at - _CONTEXT_NS, at, before + 1, _NEWEST, budget)
        forth = self._lines(query, at, at + _CONTEXT_NS, after + 1 + _TIES, _OLDEST, budget)
        return lines.around(line, back, forth, (before, after), naming)


def _shown(found: Sequence[LogLine], naming: Naming) -> tuple[log_questions.LogLine, ...]:
    return tuple(lines.shown(line, naming) for line in found)


def _so_far(found: list[LogLine], naming: Naming, until: Nanoseconds, window: TimeRange) -> tuple[LogLines, str]:
    """What was found in the time there is, and how far it reaches."""
    back = moment_of(until).astimezone(window.zone)
    return LogLines(_shown(found, naming), LinePlace(until)), f"Searched back to {back:%-d %b %H:%M}."
