"""What the service answers when it refuses: `{"error": what happened, "advice": what to do}`, never a stack trace."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


class ApiError(Exception):
    """A refusal with its HTTP status, told in two short sentences."""

    def __init__(self, status: int, error: str, advice: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.advice = advice
        self.headers = dict(headers or {})


class DatabaseUnavailable(ApiError):
    """PostgreSQL did not answer. `settings_are_wrong`: it did, and waiting will not help."""

    def __init__(self, error: str, *, settings_are_wrong: bool = False) -> None:
        super().__init__(503, error, "Try again in a few seconds.", {"Retry-After": "5"})
        self.settings_are_wrong = settings_are_wrong


_KNOWN = {
    400: ("The request could not be read.", "Send one JSON object as UTF-8."),
    404: ("There is no such address.", "See docs/reference/api.md for the list."),
    405: ("This address does not take that method.", "See the Allow header."),
}


def install_handlers(app: FastAPI) -> None:
    """Gives every refusal and every defect of `app` the same JSON form."""
    app.add_exception_handler(ApiError, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _defect)


def answer(error: ApiError) -> JSONResponse:
    """The refusal as it goes over the wire."""
    return JSONResponse({"error": error.error, "advice": error.advice}, error.status, error.headers)


async def _refusal(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return answer(error)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """Names the fields and what is wrong with them; what was sent is never repeated, it may be a password."""
    assert isinstance(error, RequestValidationError)
    fields = [
        {"field": ".".join(str(part) for part in problem["loc"][1:])[:100], "problem": problem["msg"]}
        for problem in error.errors()[:10]
    ]
    advice = "Correct the fields named below and send it again."
    return JSONResponse({"error": "The request is not valid.", "advice": advice, "fields": fields}, 422)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    sentence, advice = _KNOWN.get(error.status_code, ("The request was refused.", "See docs/reference/api.md."))
    return answer(ApiError(error.status_code, sentence, advice, error.headers))


async def _defect(_request: Request, _error: Exception) -> JSONResponse:
    return answer(ApiError(500, "Something went wrong in the service.", "Try again; the log of the service says more."))
