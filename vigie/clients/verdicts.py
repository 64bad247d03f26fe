"""From a status or a broken connection to a sentence with a remedy."""

import http.client
import ssl

from urllib3 import exceptions

from vigie.clients.errors import AskedWrongly, Overloaded, Refused, SourceError, TooSlow, Unreachable, WrongAnswer
from vigie.clients.source import Source
from vigie.clients.words import one_line, words_of

_OVERLOADED = {429: "has too many questions", 502: "is not reached", 503: "is not ready", 504: "ran out of time"}


def judge_status(source: str, status: int, body: bytes, retry_after_s: float | None) -> SourceError:
    """What an unexpected status means. `body`: the beginning of the answer's body."""
    words = words_of(body)
    said = f": {words}" if words else "."
    check = f"Check the URL of {source}: something else may answer there."
    if status in _OVERLOADED:
        sentence = f"{source} {_OVERLOADED[status]} ({status}){said}"
        advice = f"It is tried again by itself; if it stays so, look at the log of {source}."
        return Overloaded(source, sentence, advice, status=status, words=words, retry_after_s=retry_after_s)
    if status in (401, 403):
        sentence = f"{source} refused us ({status}){said}"
        return Refused(source, sentence, f"Set the token, user or tenant of {source}.", status=status, words=words)
    if 300 <= status < 400:
        sentence = f"{source} sent us on to another address ({status}); redirects are not followed."
        return WrongAnswer(source, sentence, check, status=status)
    if status in (404, 405):
        return WrongAnswer(
            source, f"{source} does not know what was asked ({status}){said}", check, status=status, words=words
        )
    if 400 <= status < 500:
        return AskedWrongly(source, f"{source} cannot answer this ({status}){said}", status=status, words=words)
    sentence = f"{source} answered with an error ({status}){said}"
    return WrongAnswer(source, sentence, f"The log of {source} says why.", status=status, words=words)


def judge_failure(source: Source, error: exceptions.HTTPError) -> SourceError:
    """What a failure of the HTTP library means."""
    name = source.name
    if isinstance(error, exceptions.NewConnectionError | exceptions.ConnectTimeoutError):
        return _no_connection(source, error)
    if isinstance(error, exceptions.TimeoutError):
        return too_slow(source)
    if isinstance(error, exceptions.SSLError):
        return _not_trusted(source, error)
    if isinstance(error, exceptions.ProtocolError) and _is_broken_connection(error):
        return Unreachable(name, f"{name} closed the connection before its answer was complete.", "See its log.")
    return WrongAnswer(
        name,
        f"{name} answered with something that is not HTTP, or is damaged.",
        f"Check that the URL of {name} names its HTTP port.",
    )


def too_slow(source: Source) -> TooSlow:
    """The deadline has passed."""
    return TooSlow(
        source.name,
        f"{source.name} did not finish its answer within {source.deadline_s:g} s.",
        "Choose a shorter time range; if short ones are slow too, look at its load.",
    )


def _no_connection(source: Source, error: Exception) -> SourceError:
    cause = error.__cause__
    if isinstance(error, exceptions.NameResolutionError):
        what = "its host name is not known"
    elif isinstance(error, exceptions.NewConnectionError) and isinstance(cause, OSError) and cause.strerror:
        what = one_line(cause.strerror).lower()
    else:
        what = "it did not take the connection in time"
    return Unreachable(
        source.name,
        f"{source.name} is not reached at {source.url}: {what}.",
        f"Start it, or correct the URL of {source.name}.",
    )


def _not_trusted(source: Source, error: exceptions.SSLError) -> SourceError:
    inner = error.args[0] if error.args else None
    why = inner.verify_message if isinstance(inner, ssl.SSLCertVerificationError) else "the TLS handshake failed"
    return Unreachable(
        source.name,
        f"The certificate of {source.name} is not trusted: {one_line(str(why))}.",
        "Name the file of the authority that signed it as the CA of this source.",
        lasting=True,
    )


def _is_broken_connection(error: exceptions.ProtocolError) -> bool:
    cause = error.args[1] if len(error.args) > 1 else None
    return isinstance(cause, OSError | http.client.IncompleteRead)
