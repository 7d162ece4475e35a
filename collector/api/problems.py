"""Errors as problem documents (RFC 9457), and bodies examined whole, so that all their mistakes are told at once."""

import dataclasses
import json
import logging
import uuid
from collections.abc import Mapping
from typing import Any, get_args

from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException
from litestar.types import ExceptionHandlersMap

from rules.errors import Broken, Invalid, NinewardError, TooLarge, Unavailable
from rules.settings import read

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = "10"
_LOG = logging.getLogger(__name__)
_TITLES: Mapping[int, str] = {
    400: "Invalid",
    401: "Unauthenticated",
    403: "Forbidden",
    404: "Missing",
    405: "Method not allowed",
    409: "Conflicting",
    413: "Too large",
    415: "Unsupported media type",
    429: "Too many requests",
    503: "Unavailable",
}

Asked = Request[Any, Any, Any]


async def examine_body(request: Asked) -> None:
    """Before a handler runs: read its JSON body into the dataclass it asks for.

    Raises Invalid naming the position where the body stops being JSON, or else every mistake in it.
    """
    field = request.route_handler.parsed_fn_signature.parameters.get("data")
    if field is None:
        return
    body = await request.body()
    if not body and field.is_optional:
        return
    table = _parsed(body)
    for shape in (field.annotation, *get_args(field.annotation)):
        if isinstance(shape, type) and dataclasses.is_dataclass(shape):
            if not isinstance(table, Mapping):
                raise Invalid("The body must be a JSON object.")
            read(shape, table, "The request")


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"))
    except UnicodeDecodeError as trouble:
        raise Invalid(f"The body is not UTF-8: byte {trouble.start}.") from trouble
    except json.JSONDecodeError as trouble:
        raise Invalid(
            f"The body is not JSON: {trouble.msg} at line {trouble.lineno}, column {trouble.colno}."
        ) from None
    except RecursionError:
        raise Invalid("The body is nested too deeply.") from None


def problem(request: Asked, status: int, detail: str, mistakes: tuple[str, ...] = (), kind: str = "") -> Response[Any]:
    """A problem document. ``mistakes`` are the single things wrong, each with its path."""
    document: dict[str, Any] = {
        "type": kind or "about:blank",
        "title": _TITLES.get(status, "Internal error"),
        "status": status,
        "detail": detail,
        "instance": request.url.path,
    }
    if mistakes:
        document["mistakes"] = list(mistakes)
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        headers["Retry-After"] = RETRY_AFTER_S
    return Response(document, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _ours(request: Asked, error: NinewardError) -> Response[Any]:
    mistakes = error.mistakes if isinstance(error, Invalid) else ()
    kind = "urn:nineward:broken" if isinstance(error, Broken) else ""
    return problem(request, error.status, error.message, mistakes, kind)


def _frameworks(request: Asked, error: HTTPException) -> Response[Any]:
    extra = error.extra if isinstance(error.extra, list) else []
    mistakes = tuple(
        f"{item.get('key', '')}: {item.get('message', '')}".removeprefix(": ")
        for item in extra
        if isinstance(item, Mapping)
    )
    if error.status_code == TooLarge.status:
        return problem(request, error.status_code, "The body is over this installation's body_limit.")
    if error.status_code == 404:
        return problem(request, 404, "There is nothing at this address.")
    return problem(request, error.status_code, error.detail or _TITLES.get(error.status_code, ""), mistakes)


def _unreadable(request: Asked, error: SerializationException) -> Response[Any]:
    return problem(request, 400, f"The request cannot be read: {error}")


def _unexpected(request: Asked, error: Exception) -> Response[Any]:
    """What nobody expected: the log gets it whole, the asker a number to name it by."""
    number = uuid.uuid4().hex[:12]
    _LOG.error("unexpected error number=%s path=%s", number, request.url.path, exc_info=error)
    return problem(request, 500, f"Something went wrong in the collector. Its log says more under number {number}.")


def _late(request: Asked, _error: TimeoutError) -> Response[Any]:
    return problem(request, Unavailable.status, "The collector is busy. Try again.")


HANDLERS: ExceptionHandlersMap = {
    NinewardError: _ours,
    HTTPException: _frameworks,
    SerializationException: _unreadable,
    TimeoutError: _late,
    Exception: _unexpected,
}
