"""Access tokens: short-lived signed JWTs that name an account and its session."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

_ISSUER = _AUDIENCE = "vigie-api"
_ALGORITHM = "HS256"
_CLAIMS = ["iss", "aud", "sub", "sid", "iat", "exp", "jti"]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom an access token speaks for."""

    user_id: int
    session_id: UUID


class AccessTokens:
    """Signs and reads access tokens with one secret."""

    def __init__(self, secret: str, life: timedelta) -> None:
        self._secret = secret
        self.life = life

    def issue(self, holder: Holder) -> str:
        """A token valid from now for `life`."""
        now = datetime.now(UTC)
        claims = {
            "iss": _ISSUER, "aud": _AUDIENCE, "sub": str(holder.user_id), "sid": str(holder.session_id),
            "iat": now, "exp": now + self.life, "jti": uuid.uuid4().hex,
        }  # fmt: skip
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM)

    def read(self, token: str) -> Holder | None:
        """The holder, or None for a token that is expired, altered, meant for others or no token at all."""
        try:
            claims = jwt.decode(
                token, self._secret, algorithms=[_ALGORITHM], audience=_AUDIENCE, issuer=_ISSUER,
                options={"require": _CLAIMS},
            )  # fmt: skip
            return Holder(int(claims["sub"]), UUID(claims["sid"]))
        except (jwt.InvalidTokenError, ValueError):
            return None
