"""Passwords of Vigie's own people: hashing, one-time passwords, what a new one must be.

Argon2id with the parameters of the OWASP password storage cheat sheet (19 MiB, two passes, one lane).
"""

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vigie.errors import VigieError

SHORTEST, LONGEST = 12, 128
_SHORTEST_NAME = 3  # a name part shorter than this says nothing about the password
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0, 1
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODYS_HASH = _HASHER.hash(secrets.token_urlsafe(16))


class WeakPassword(VigieError):
    """A new password that may not be used; the sentence says why."""


def hash_password(password: str) -> str:
    """The Argon2id hash to store."""
    return _HASHER.hash(_canonical(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether `password` belongs to the hash. None (nobody has that e-mail) takes as long and is never right."""
    try:
        return _HASHER.verify(password_hash or _NOBODYS_HASH, _canonical(password)) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def one_time_password() -> str:
    """A random password that can be read aloud: five groups of four, 99 bits."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(5))


def check_new(password: str, email: str, old_hash: str | None = None) -> None:
    """Raises WeakPassword. Length, not composition, is what counts (NIST SP 800-63B)."""
    length = len(unicodedata.normalize("NFKC", password))
    if length < SHORTEST:
        raise WeakPassword(f"The password has {length} characters.", f"Take at least {SHORTEST}; a sentence is fine.")
    if length > LONGEST:
        raise WeakPassword(f"The password has {length} characters.", f"Take at most {LONGEST}.")
    name = email.split("@", 1)[0].lower()
    if len(name) >= _SHORTEST_NAME and name in password.lower():
        raise WeakPassword("The password contains the name of the e-mail address.", "Choose one without it.")
    if old_hash is not None and is_right(old_hash, password):
        raise WeakPassword("This is the password you already have.", "Choose another one.")


def _canonical(password: str) -> bytes:
    """One spelling for one text: keyboards differ in how they compose accents."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
