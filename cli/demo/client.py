"""Asks the reference service over HTTP in the name of a demonstration person."""

from typing import Any

import requests

from cli.demo.cast import Place

_TIMEOUT_S = 10


class ServiceAway(Exception):
    """The service did not answer, or has no database at the moment."""


class Client:
    """One HTTP connection for everybody; who asks from where is told by X-Forwarded-For and User-Agent."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy on the way to our own service

    def ask(
        self, method: str, path: str, place: Place, *, token: str | None = None, form: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """The status and the JSON object of the answer. Raises ServiceAway."""
        headers = {"X-Forwarded-For": place.address, "User-Agent": place.user_agent}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self._answer(method, path, headers, form)

    def check(self) -> None:
        """Returns when the service is healthy. Raises ServiceAway."""
        self._answer("GET", "/health", {"User-Agent": "vigie demo"}, None)

    def _answer(
        self, method: str, path: str, headers: dict[str, str], form: dict[str, str] | None
    ) -> tuple[int, dict[str, Any]]:
        try:
            answer = self._http.request(method, self._base_url + path, json=form, headers=headers, timeout=_TIMEOUT_S)
            if answer.status_code >= 500:
                raise ServiceAway(f"it answers {answer.status_code}")
            return answer.status_code, answer.json() if answer.content else {}
        except requests.RequestException as error:
            raise ServiceAway("it does not answer") from error

    def close(self) -> None:
        """Ends the connection."""
        self._http.close()
