"""From a view model to the HTML that is sent, in the viewer's language, under a policy that runs no inline script."""

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType
from litestar.datastructures import Cookie
from litestar.response import Response

from collector.languages import LANGUAGES
from collector.texts import Translator
from collector.web.views import words

HERE = Path(__file__).parent
STATIC = HERE / "static"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every page. Nothing inline runs, so a name that somebody managed to smuggle in stays a text."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, in which language. ``name`` is empty for somebody who has not signed in."""

    words: Translator
    name: str = ""
    role: str = ""
    may_configure: bool = False
    may_administer: bool = False
    may_handle: bool = False
    may_improve: bool = False
    open_incidents: int = 0
    signed_in: bool = False


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = _static
    environment.globals["languages"] = LANGUAGES
    environment.globals["states"] = words.STATES
    return environment


@functools.cache
def _static(name: str) -> str:
    """The address of a static file; it changes with the content, so browsers may keep what they have."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def markup(template: str, viewer: Viewer, path: str, **views: Any) -> str:
    """The HTML of a page. ``path`` (with its query) is where a change of language comes back to."""
    return (
        _environment()
        .get_template(template)
        .render(_=viewer.words, counted=viewer.words.number, viewer=viewer, path=path, **views)
    )


def page(
    template: str,
    viewer: Viewer,
    path: str,
    status: int = 200,
    cookies: tuple[Cookie, ...] = (),
    **views: Any,
) -> Response[str]:
    """A page as the answer to a request."""
    return Response(
        markup(template, viewer, path, **views),
        status_code=status,
        media_type=MediaType.HTML,
        headers=HEADERS,
        cookies=list(cookies),
    )
