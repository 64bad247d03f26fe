"""Stores deliveries, several in one transaction: each record once, repeats counted with the event they repeat.

`intake_records` has the key of every record that was acknowledged, so that one that is sent again is known whether it
became an event or a repeat. `event_folds` has the count of each event. Both move in the transaction of the event.
"""

from collections.abc import Sequence
from datetime import datetime

from detection.collectors.interface import Source
from detection.intake.deliveries import KIND, Delivery, Receipt, Record, Sender
from detection.keeping import Keeper
from detection.signs import keep_look, look_at, look_at_all
from vigie.errors import VigieError
from vigie.event import Event, clean_json, clean_text
from vigie.store.driver import Connection
from vigie.store.unread import store_rejected

_REGISTER = """
    INSERT INTO sources (name, kind, title, expected_period_s, grace_s) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (name) DO NOTHING
"""
_NEW = """
    INSERT INTO intake_records (event_key, fold_key) SELECT * FROM unnest(%s::bytea[], %s::bytea[])
    ON CONFLICT (event_key) DO NOTHING RETURNING event_key
"""
_FOLD = """
    INSERT INTO event_folds AS f (fold_key, event_key, occurred_at, n, last_at)
    SELECT * FROM unnest(%s::bytea[], %s::bytea[], %s::timestamptz[], %s::bigint[], %s::timestamptz[])
    ON CONFLICT (fold_key) DO UPDATE SET n = f.n + excluded.n, last_at = greatest(f.last_at, excluded.last_at)
    RETURNING event_key
"""
_COUNT = """
    UPDATE sources SET error = NULL, error_advice = NULL, error_since = NULL,
        stored = stored + %s, duplicate = duplicate + %s, rejected = rejected + %s, unplaced = unplaced + %s,
        last_stored_at = CASE WHEN %s > 0 THEN clock_timestamp() ELSE last_stored_at END,
        last_event_at = greatest(last_event_at, %s)
    WHERE name = %s
"""
_BEAT = """
    UPDATE sources SET error = NULL, error_advice = NULL, error_since = NULL WHERE kind = %s AND error IS NOT NULL
"""
_BLIND_ALL = """
    UPDATE sources SET error = %s, error_advice = %s, error_since = coalesce(error_since, clock_timestamp())
    WHERE kind = %s
"""
_FORGET = """
    DELETE FROM intake_records WHERE event_key = ANY(%(keys)s::bytea[]);
    DELETE FROM event_folds WHERE event_key = ANY(%(keys)s::bytea[])
"""


class IntakeKeeper(Keeper):
    """A keeper of deliveries. Not for use by several threads; raises what a Keeper raises."""

    def keep_deliveries(self, deliveries: Sequence[Delivery]) -> list[Receipt]:
        """All or nothing, one transaction. The receipts are in the order of `deliveries`."""
        with self._transaction() as connection:
            receipts: dict[int, Receipt] = {}
            for sender in Sender:  # always in this order: two intakes must not wait for each other's rows
                of_it = {place: one for place, one in enumerate(deliveries) if one.sender is sender}
                if of_it:
                    made = self._keep_of(connection, sender.source, list(of_it.values()))
                    receipts |= zip(of_it, made, strict=True)
        return [receipts[place] for place in range(len(deliveries))]

    def beat(self) -> None:
        """The sign of life of every sender's door."""
        with self._transaction() as connection, connection.cursor() as cursor:
            for look in look_at_all(cursor, KIND):
                keep_look(cursor, look, is_sign=False)
            cursor.execute(_BEAT, (KIND,))

    def blind_all(self, error: VigieError) -> None:
        """No sender's record can be stored, and why; `beat` takes it back."""
        with self._transaction() as connection, connection.cursor() as cursor:
            cursor.execute(_BLIND_ALL, (clean_text(error.sentence, 1000), clean_text(error.advice, 1000), KIND))

    def _keep_of(self, connection: Connection, source: Source, deliveries: Sequence[Delivery]) -> list[Receipt]:
        records = {record.event.event_key: record for delivery in deliveries for record in delivery.records}
        fresh = _new(connection, [records[key] for key in sorted(records)])
        heads = _folded(connection, [records[key] for key in sorted(fresh)])
        stored, refused = self._store(connection, [records[key].event for key in sorted(heads)])
        lost = _forgotten(connection, [bytes.fromhex(one.record) for one in refused], [records[key] for key in fresh])
        receipts = _receipts(deliveries, fresh, heads, lost)
        kept = sum(receipt.stored + receipt.folded for receipt in receipts) - stored.unplaced
        rejected = [(one.sentence, one.excerpt) for delivery in deliveries for one in delivery.rejected]
        rejected += [(one.sentence, clean_json(records[bytes.fromhex(one.record)].event.raw)) for one in refused]
        with connection.cursor() as cursor:
            store_rejected(cursor, source.name, rejected)
            cursor.execute(
                _REGISTER, (source.name, source.kind, source.title, source.expected_period_s, source.grace_s)
            )
            duplicate, not_taken = sum(each.duplicate for each in receipts), sum(each.rejected for each in receipts)
            cursor.execute(_COUNT, (kept, duplicate, not_taken, stored.unplaced, kept, stored.newest, source.name))
            looked = look_at(cursor, source.name)
            if looked is not None:
                keep_look(cursor, looked, is_sign=True)
        return receipts


def _new(connection: Connection, records: Sequence[Record]) -> set[bytes]:
    """The keys that were never acknowledged before. They are from now on, if the transaction stands."""
    if not records:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_NEW, ([r.event.event_key for r in records], [r.fold_key for r in records]))
        return {bytes(key) for (key,) in cursor.fetchall()}


def _folded(connection: Connection, records: Sequence[Record]) -> set[bytes]:
    """Counts new records with the event they repeat; the keys of those that repeat none."""
    folds: dict[bytes, list[Event]] = {}
    for record in records:
        folds.setdefault(record.fold_key, []).append(record.event)
    if not folds:
        return set()
    rows = [_fold(key, events) for key, events in sorted(folds.items())]
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, tuple(list(column) for column in zip(*rows, strict=True)))
        return {bytes(key) for (key,) in cursor.fetchall()} & {key for _, key, *_ in rows}


def _fold(fold_key: bytes, events: Sequence[Event]) -> tuple[bytes, bytes, datetime, int, datetime]:
    first = min(events, key=lambda event: (event.occurred_at, event.event_key))
    return fold_key, first.event_key, first.occurred_at, len(events), max(event.occurred_at for event in events)


def _forgotten(connection: Connection, heads: Sequence[bytes], fresh: Sequence[Record]) -> set[bytes]:
    """Events that PostgreSQL refused were not stored, nor were their repeats: none of them is acknowledged."""
    if not heads:
        return set()
    folds = {record.fold_key for record in fresh if record.event.event_key in heads}
    lost = {record.event.event_key for record in fresh if record.fold_key in folds}
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"keys": sorted(lost)})
    return lost


def _receipts(deliveries: Sequence[Delivery], fresh: set[bytes], heads: set[bytes], lost: set[bytes]) -> list[Receipt]:
    """One each. A record that two deliveries of the batch hold is new in the first and a duplicate in the second."""
    left = set(fresh)
    receipts = []
    for delivery in deliveries:
        keys = [record.event.event_key for record in delivery.records]
        new, refused = left.intersection(keys) - lost, lost.intersection(keys)
        left -= new
        stored = len(new & heads)
        receipts.append(
            Receipt(
                stored=stored,
                folded=len(new) - stored,
                duplicate=len(keys) - len(new) - len(refused),
                rejected=len(delivery.rejected) + len(refused),
            )
        )
    return receipts
