"""Who asks: a bearer token, a signed-in person's cookie, or whoever may open the local socket."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request

from collector.access import Principal, local
from collector.app import House
from rules.errors import Forbidden, Unauthenticated

COOKIE = "nineward_session"
LOCAL_USER = "x-nineward-user"
"""Header by which a local command names its user. Believed on the local socket alone, which only that user may open."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def principal(request: Request[Any, Any, Any]) -> Principal:
    """Who asks. Raises Unauthenticated when nobody says, Forbidden for a page of another site acting for a person."""
    house: House = request.app.state.house
    if request.app.state.local:
        return local(request.headers.get(LOCAL_USER, "local")[:100])
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return house.access.bearer(token.strip())
    session = request.cookies.get(COOKIE)
    if session:
        found = house.access.cookie(session)
        if request.method not in _SAFE and not same_site(request):
            raise Forbidden("This request came from another site's page.")
        return found
    raise Unauthenticated("Sign in, or send a token (Authorization: Bearer …).")


def optional_principal(request: Request[Any, Any, Any]) -> Principal | None:
    """Who asks, or None when nobody says or their sign-in has ended."""
    try:
        return principal(request)
    except Unauthenticated:
        return None


def bearer_token(request: Request[Any, Any, Any]) -> str:
    """The token of an ``Authorization: Bearer`` header. Raises Unauthenticated."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("This needs an agent's token (Authorization: Bearer …).")
    return token.strip()


def same_site(request: Request[Any, Any, Any]) -> bool:
    """Whether a page of ours sent it. Browsers say so in one of two headers; one that says neither is refused."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host")
