"""How asking a source can fail. Each says which source, what happened and what to do."""

from datetime import datetime
from typing import ClassVar

from vigie.errors import VigieError


class BadFilter(VigieError):
    """A value that a person typed cannot be asked for: too long, or no regular expression that the source knows."""


class SourceError(VigieError):
    """A source could not be asked, or its answer is of no use.

    `source`: its name in sentences. `status`: of the HTTP answer, None where there was none. `words`: what the source
    said itself, cleaned, redacted and cut.
    """

    unhealthy: ClassVar[bool] = True  # counts towards opening the circuit

    def __init__(
        self, source: str, sentence: str, advice: str = "", *, status: int | None = None, words: str = ""
    ) -> None:
        super().__init__(sentence, advice)
        self.source = source
        self.status = status
        self.words = words


class Unreachable(SourceError):
    """No connection, or it broke. `lasting`: trying again at once cannot help (a certificate that is not trusted)."""

    def __init__(self, source: str, sentence: str, advice: str, *, lasting: bool = False) -> None:
        super().__init__(source, sentence, advice)
        self.lasting = lasting


class TooSlow(SourceError):
    """The total deadline passed before the answer was complete."""


class TooLarge(SourceError):
    """The answer is larger than we take. The source is well; the question was too wide."""

    unhealthy = False


class Refused(SourceError):
    """401 or 403: our credentials are missing, wrong or not enough."""

    unhealthy = False


class WrongAnswer(SourceError):
    """Something answered, but not what was expected: a sign-in page, a redirect, damaged or differently shaped JSON."""


class AskedWrongly(SourceError):
    """The source understood us and says that the question is wrong. `words` holds its reason."""

    unhealthy = False


class AskedTooMuch(AskedWrongly):
    """The question passes a limit of the source: range, lines, points, series, bytes. The advice says the way out."""


class TooManyAtOnce(AskedWrongly):
    """More lines carry one timestamp than a page may hold. `at_ns`: that instant, Unix nanoseconds."""

    def __init__(self, source: str, sentence: str, advice: str, *, at_ns: int) -> None:
        super().__init__(source, sentence, advice)
        self.at_ns = at_ns


class Overloaded(SourceError):
    """429, 502, 503 or 504. `retry_after_s`: seconds the source asked for, None where it did not say."""

    def __init__(
        self, source: str, sentence: str, advice: str, *, status: int, words: str, retry_after_s: float | None
    ) -> None:
        super().__init__(source, sentence, advice, status=status, words=words)
        self.retry_after_s = retry_after_s


class CircuitOpen(SourceError):
    """Not asked: the source failed several times in a row. `since`: UTC instant of the first failure of the row."""

    unhealthy = False

    def __init__(self, source: str, sentence: str, advice: str, *, since: datetime, retry_in_s: float) -> None:
        super().__init__(source, sentence, advice)
        self.since = since
        self.retry_in_s = retry_in_s
