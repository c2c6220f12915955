"""Errors as RFC 9457 problem details (interfaces, section 5)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.station.bodies import COMMANDS

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that gets no for an answer. `extra` holds further members, such as `reason`."""

    def __init__(self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """The JSON object of RFC 9457."""
        title = HTTPStatus(self.status).phrase
        return {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail, **self.extra}

    def response(self) -> Response:
        """The answer to send. ASCII escapes keep half characters that a caller sent from breaking it."""
        content = json.dumps(self.body(), ensure_ascii=True)
        return Response(content, self.status, headers=self.headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Every error of `app` leaves as problem details."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - the handler is registered for this class alone
    return error.response()


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is registered for this class alone
    return invalid_fields(error.errors()).response()


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is registered for this class alone
    return Problem(error.status_code, _WORDS.get(error.status_code, error.detail), headers=error.headers).response()


async def _bug(request: Request, error: Exception) -> Response:
    # Starlette raises it again after this answer, so it reaches the server's log whole.
    return Problem(500, "The service failed on this request. What it did so far is in its log.").response()


_WORDS = {
    400: "The body is not readable JSON.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
}


def invalid_fields(errors: Sequence[Any]) -> Problem:
    """422 with one sentence per wrong field; what the caller sent is not repeated."""
    found = [{"field": _field(error["loc"]), "reason": _reason(error)} for error in errors]
    detail = "; ".join(f"{one['field']}: {one['reason']}" for one in found)
    return Problem(422, detail, errors=found)


def _field(loc: Sequence[Any]) -> str:
    # The first step says where the field stands (body, query); the kind of command is no field of the caller's.
    steps = [str(step) for step in loc[1:] if not (isinstance(step, str) and step in COMMANDS)]
    return ".".join(steps) or str(loc[0])


def _reason(error: Mapping[str, Any]) -> str:
    kind = error["type"]
    if kind == "extra_forbidden" and error["loc"][-1] == "by":
        return "is the signed-in person's name; leave it out"
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    if kind == "union_tag_invalid":
        return f"unknown command; one of {', '.join(sorted(COMMANDS))}"
    return _REASONS.get(kind) or str(error["msg"])[:1].lower() + str(error["msg"])[1:]


_REASONS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of this request",
    "json_invalid": "is not JSON",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "string_type": "must be text",
    "string_unicode": "must be text of whole characters",
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "model_attributes_type": "must be a JSON object, sent as application/json",
    "model_type": "must be a JSON object",
    "union_tag_not_found": "needs a `command`",
}
