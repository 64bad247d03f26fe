"""The three cookies: session, CSRF token (readable by our own scripts), and the one that precedes a session."""

from dataclasses import dataclass

from flask import Response, request


@dataclass(frozen=True, slots=True)
class Cookies:
    """Names and attributes. Behind TLS every cookie is `__Host-` and Secure, so no sibling host can set it."""

    tls: bool

    @property
    def session(self) -> str:
        return self._name("vigie_session")

    @property
    def csrf(self) -> str:
        return self._name("_csrf_token")

    @property
    def before_sign_in(self) -> str:
        return self._name("vigie_sign_in")

    def set_session(self, response: Response, token: str, csrf: str) -> None:
        """Both end with the browser; the server ends them sooner. Lax: a link in a notification arrives signed in."""
        response.set_cookie(self.session, token, secure=self.tls, httponly=True, samesite="Lax")
        self.set_csrf(response, csrf)

    def set_csrf(self, response: Response, csrf: str) -> None:
        """Dash reads it and sends it back in a header with every callback."""
        response.set_cookie(self.csrf, csrf, secure=self.tls, httponly=False, samesite="Strict")

    def set_before_sign_in(self, response: Response, token: str) -> None:
        response.set_cookie(self.before_sign_in, token, max_age=3600, secure=self.tls, httponly=True, samesite="Strict")

    def clear(self, response: Response) -> None:
        """Removes what belongs to a session."""
        for name in (self.session, self.csrf):
            response.delete_cookie(name, secure=self.tls, samesite="Lax")

    def read(self, name: str) -> str:
        """The value the browser sent, or the empty string."""
        return request.cookies.get(name, "")

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self.tls else name
