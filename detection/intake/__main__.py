"""`python -m detection.intake`: the intake under gunicorn."""

import sys

from detection.intake.server import Gunicorn, listen
from detection.intake.settings import IntakeSettings
from vigie.errors import VigieError


def main() -> int:
    """Serves until SIGTERM. Exit code 2 where a setting is wrong or the port is taken."""
    try:
        settings = IntakeSettings.load()
        listener = listen(settings.intake_host, settings.intake_port)
    except VigieError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    Gunicorn(settings, listener).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
