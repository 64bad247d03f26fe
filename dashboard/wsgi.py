"""What gunicorn loads: `dashboard.wsgi:application`."""

from dashboard.app import compress_ahead, make_parts, warm_up
from dashboard.settings import ConsoleSettings
from vigie.store.patience import limit_waiting

_DEADLINE_S = 2.5

_parts = make_parts(ConsoleSettings.load())
limit_waiting(_parts.engine, _DEADLINE_S)
warm_up(_parts)
compress_ahead(_parts)
application = _parts.server
