"""Falco's http_output and falcosidekick's webhook: one alert a request."""

from datetime import datetime

from detection.intake.deliveries import Delivery, Record, Sender, fold_key_of, values_in
from detection.parsers.falco import FalcoParser
from detection.parsers.interface import Found, Ignored, Origin, rejected
from detection.parsers.json_record import document_of

MOST_VALUES = 1000
_PARSER = FalcoParser()


def read_falco(text: str, size: int, now: datetime) -> Delivery:
    """The alert in `text`; `now` is aware. Nothing is raised: what cannot be read is rejected."""
    source = Sender.FALCO.source.name
    document = document_of(text)
    if not isinstance(document, dict):
        return Delivery(Sender.FALCO, (), (document,), size)
    if values_in(document, MOST_VALUES) > MOST_VALUES:
        return Delivery(Sender.FALCO, (), (rejected(f"It has more than {MOST_VALUES} fields.", text),), size)
    parsed = _PARSER.parse(text, Origin(source, now))
    if isinstance(parsed, Ignored):
        return Delivery(Sender.FALCO, (), (rejected("It is no alert of Falco.", text),), size)
    if not isinstance(parsed, Found):
        return Delivery(Sender.FALCO, (), (parsed,), size)
    records = tuple(
        Record(event, fold_key_of(sketch, source))
        for sketch, event in zip(parsed.sketches, parsed.events(source), strict=True)
    )
    return Delivery(Sender.FALCO, records, (), size)
