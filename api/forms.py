"""What the endpoints accept. Unknown fields are refused; texts are bounded and free of control characters."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def _printable(value: str) -> str:
    """Refuses control characters; PostgreSQL cannot hold NUL, and no name needs the others."""
    if any(ord(character) < 32 or ord(character) == 127 for character in value.replace("\n", "")):
        raise ValueError("it must not contain control characters")
    return value


def _one_line(value: str) -> str:
    if "\n" in value:
        raise ValueError("it must be one line")
    return _printable(value.strip())


def _lower(value: str) -> str:
    return _one_line(value).lower()


def _address(value: str) -> str:
    local, _, domain = value.rpartition("@")
    if not local or not domain or any(c.isspace() for c in value) or "@" in local or ".." in f"{local}.{domain}":
        raise ValueError("it must be an e-mail address such as alice@example.org")
    return value


# A log-in takes any short text as a name: refusing odd ones differently would tell which could exist.
LoginName = Annotated[str, Field(min_length=1, max_length=254), AfterValidator(_lower)]
Email = Annotated[str, Field(min_length=3, max_length=254), AfterValidator(_lower), AfterValidator(_address)]
Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_one_line)]
Bio = Annotated[str, Field(max_length=1000), AfterValidator(_printable)]
AnyPassword = Annotated[SecretStr, Field(min_length=1, max_length=128)]
NewPassword = Annotated[SecretStr, Field(min_length=12, max_length=128)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SignUp(_Form):
    """POST /auth/register"""

    email: Email
    password: NewPassword
    name: Name


class LogIn(_Form):
    """POST /auth/login"""

    email: LoginName
    password: AnyPassword


class RefreshToken(_Form):
    """POST /auth/refresh"""

    refresh_token: Annotated[SecretStr, Field(min_length=1, max_length=200)]


class ProfileChange(_Form):
    """PATCH /users/me; what is left out stays as it is"""

    name: Name | None = None
    bio: Bio | None = None
    email: Email | None = None


class PasswordChange(_Form):
    """POST /users/me/password"""

    current_password: AnyPassword
    new_password: NewPassword
