"""The writer beside a real store: what one delivery is refused for costs no other anything."""

import io
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from detection.intake import writer as writing
from detection.intake.application import Intake
from detection.intake.deliveries import Delivery, Receipt, Sender
from detection.intake.falco import read_falco
from detection.intake.storing import IntakeKeeper
from detection.intake.tokens import Tokens
from detection.intake.writer import TooMuch, Writer
from tests.conftest import Store
from tests.detection.conftest import ask, until
from tests.detection.intake.conftest import SAMPLES, TOKEN, alert
from vigie.clock import utc_now
from vigie.errors import StoreUnavailable
from vigie.event import clean_json, key_of
from vigie.store.roles import Role

POISON = "the one it fails on"


class Failing(IntakeKeeper):
    """A keeper with a defect."""

    def keep_deliveries(self, deliveries: Sequence[Delivery]) -> list[Receipt]:
        if any(record.event.rule == POISON for delivery in deliveries for record in delivery.records):
            raise ZeroDivisionError
        return super().keep_deliveries(deliveries)


@pytest.fixture
def writer(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Writer]:
    """One that waits for a busy machine."""
    monkeypatch.setattr(writing, "PATIENCE_S", 20.0)
    made = Writer(Failing(store.url(Role.WORKER), timedelta(days=400)))
    made.start()
    until(lambda: made.trouble is None)
    yield made
    made.stop()


def delivery(**changes: object) -> Delivery:
    text = clean_json(alert(**changes))
    return read_falco(text, len(text), utc_now())


def test_a_defect_that_one_delivery_meets_costs_no_other(writer: Writer, store: Store) -> None:
    deliveries = [delivery(), delivery(rule=POISON), delivery(), delivery(rule=POISON)]

    def outcome(one: Delivery) -> str:
        try:
            return f"stored {writer.submit(one).stored}"
        except StoreUnavailable as error:
            return error.sentence

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(outcome, deliveries))
    assert outcomes == ["stored 1", "Storing failed in Vigie itself."] * 2
    assert (ask(store, "SELECT count(*) FROM events"), writer.trouble) == (2, None)


def test_what_postgresql_refuses_is_not_acknowledged_nor_are_its_repeats(writer: Writer, store: Store) -> None:
    good, bad = delivery(), delivery(output="10:00:00.0: Bad")
    bad_events = [bad.records[0].event._replace(event_key=key_of(name), http_status=99_999) for name in ("a", "b")]
    records = [*good.records, *(replace(bad.records[0], event=event) for event in bad_events)]
    for _ in range(2):
        receipt = writer.submit(replace(good, records=records))
    assert receipt == Receipt(stored=0, folded=0, duplicate=1, rejected=2)
    assert ask(store, "SELECT (stored, rejected)::text FROM sources") == "(1,4)"


def test_who_waited_too_long_already_is_sent_away(writer: Writer) -> None:
    with pytest.raises(TooMuch):
        writer.submit(delivery(), writing.PATIENCE_S)


def test_more_bytes_than_it_may_hold_are_refused(writer: Writer) -> None:
    with pytest.raises(TooMuch):
        writer.submit(Delivery(Sender.FALCO, (), (), 2**30))


@pytest.mark.parametrize(("sender", "status"), [("falco", "429"), ("alertmanager", "503"), ("grafana", "503")])
def test_each_sender_is_sent_away_with_what_makes_it_come_back(writer: Writer, sender: str, status: str) -> None:
    body = json.dumps(alert() if sender == "falco" else json.loads((SAMPLES / "grafana.json").read_text())).encode()
    asked = {
        "REQUEST_METHOD": "POST", "PATH_INFO": f"/intake/{sender}", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}",
        "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body),
    }  # fmt: skip
    answers: list[tuple[str, dict[str, str]]] = []
    Intake(writer, Tokens([TOKEN]), lambda: writing.PATIENCE_S)(
        asked, lambda line, heads: answers.append((line, dict(heads)))
    )
    ((line, headers),) = answers
    assert (line[:3], headers["Retry-After"]) == (status, "1")
