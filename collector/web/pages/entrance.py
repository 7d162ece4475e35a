"""Signing in and out, the account, the language."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from collector.api.guards import COOKIE, same_site
from collector.languages import LANGUAGES
from collector.web.pages.desk import LANGUAGE_COOKIE, Asked, inside, place, see_other, visitor
from collector.web.pages.given import House, Principal, Viewer
from collector.web.rendering import page
from rules.errors import Forbidden, Invalid, NinewardError

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]

_YEAR_S = 31_536_000


@get("/sign-in", sync_to_thread=False)
def show_sign_in(request: Asked, link: str = "", back: str = "/") -> Response[str]:
    """The form; for a one-time link a form that sends itself, because looking at a page must not use the link up."""
    return page("sign_in.html", visitor(request), place(request), link=link, back=inside(back), trouble="")


@post("/sign-in", status_code=303, sync_to_thread=True)
def sign_in(request: Asked, house: House, data: Form) -> Response[Any]:
    """Open a session by a one-time link, or by name and password."""
    _refuse_strangers(request)
    back = inside(data.get("back", "/"))
    try:
        if data.get("link"):
            session = house.access.follow_link(data["link"])
        else:
            session = house.access.sign_in(data.get("name", ""), data.get("password", ""))
    except NinewardError as trouble:
        someone = visitor(request)
        told = someone.words(trouble.message)
        return page("sign_in.html", someone, "/sign-in", trouble.status, link="", back=back, trouble=told)
    answer = see_other(back)
    answer.set_cookie(_cookie(request, COOKIE, session, house.settings.session // 1000))
    return answer


@post("/sign-out", status_code=303, sync_to_thread=True)
def sign_out(request: Asked, house: House) -> Redirect:
    """End the session, here and in the collector."""
    _refuse_strangers(request)
    house.access.sign_out(request.cookies.get(COOKIE, ""))
    answer = see_other("/sign-in")
    answer.set_cookie(_cookie(request, COOKIE, "", 0))
    return answer


@post("/language", status_code=303, sync_to_thread=False)
def choose_language(request: Asked, data: Form) -> Redirect:
    """Remember the language in this browser and come back."""
    _refuse_strangers(request)
    if data.get("language") not in LANGUAGES:
        raise Invalid(f"Languages: {', '.join(LANGUAGES)}.")
    answer = see_other(inside(data.get("back", "/")))
    answer.set_cookie(_cookie(request, LANGUAGE_COOKIE, data["language"], _YEAR_S))
    return answer


@get("/account", sync_to_thread=False)
def show_account(viewer: Viewer, principal: Principal) -> Response[str]:
    """Who one is here, and the ways out."""
    return _account(viewer, principal, "")


@post("/account/password", status_code=303, sync_to_thread=True)
def set_password(request: Asked, house: House, viewer: Viewer, principal: Principal, data: Form) -> Response[Any]:
    """Set one's own password; every session of that person ends, this one too."""
    if principal.kind != "person":
        raise Forbidden("Only a person who has signed in has a password.")
    try:
        house.access.set_password(principal.id, data.get("password", ""))
    except Invalid as wrong:
        return _account(viewer, principal, viewer.words(wrong.message), wrong.status)
    return see_other("/sign-in")


def _account(viewer: Viewer, principal: Principal, trouble: str, status: int = 200) -> Response[str]:
    scope = tuple(f"{key}={value}" for key, value in sorted(principal.scope.items()))
    is_person = principal.kind == "person"
    return page("account.html", viewer, "/account", status, scope=scope, is_person=is_person, trouble=trouble)


def _refuse_strangers(request: Asked) -> None:
    """For forms that nobody need have signed in for: another site must not sign a person in or out."""
    if not same_site(request):
        raise Forbidden("This form was sent by another site's page.")


def _cookie(request: Asked, name: str, value: str, seconds: int) -> Cookie:
    """A cookie for this site's own requests alone, out of reach of scripts."""
    secure = request.url.scheme == "https"
    return Cookie(name, value=value, max_age=seconds, httponly=True, samesite="strict", secure=secure)


handlers = [show_sign_in, sign_in, sign_out, choose_language, show_account, set_password]
