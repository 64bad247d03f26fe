"""Links to Security events: to one event, to the events of an entity, and the entity as a chip."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from dashboard.sources.event_questions import Entity, EventRow, Position
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from vigie.query import Query, QueryError

PATH = "/events"
_ICONS = {Entity.USER: "user", Entity.ADDRESS: "address", Entity.CONTAINER: "container", Entity.HOST: "host"}


def entity_chip(entity: Entity, value: str) -> Component:
    """An entity that leads to the events of it."""
    inner = [icon(_ICONS[entity]), html.Span(words.outside(value, 60), className="value")]
    link = pivot_link(entity.value, value)
    title = words.outside(value, 200)
    if link is None:
        return html.Span(inner, className="chip", title=title)
    return html.A(inner, href=link, className="chip", title=title, **attributes(data_nav="1"))


def pivot_link(field: str, value: str) -> str | None:
    """The link to the events of one value, None for one that no query can hold."""
    try:
        return f"{PATH}?{urlencode({'q': str(Query().narrowed(field, [value]))})}"
    except QueryError:
        return None


def position_text(position: Position) -> str:
    """The text of a place in the list, as it stands in a link."""
    return f"{position.occurred_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}_{position.key}"


def event_link(row: EventRow) -> str:
    """The link that opens this event, in the hour around it, whenever it is followed."""
    at, hour = row.position.occurred_at, timedelta(minutes=30)
    parts = {"from": utc_text(at - hour), "to": utc_text(at + hour), "event": position_text(row.position)}
    return f"{PATH}?{urlencode(parts)}"


def utc_text(instant: datetime) -> str:
    """An instant (UTC) as it stands in a link."""
    return f"{instant:%Y-%m-%dT%H:%M:%S.}{instant.microsecond // 1000:03d}Z"
