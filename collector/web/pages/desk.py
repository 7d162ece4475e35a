"""What all pages share: who looks and in which language, and how trouble is shown to a person."""

from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from collector.api.given import House, OptionalPrincipal
from collector.languages import LANGUAGES
from collector.roles import Permission
from collector.texts import Translator, preferred, translator
from collector.web import incidents_kept
from collector.web.rendering import HEADERS, Viewer, page
from collector.web.views.words import ROLES, word
from rules.errors import Forbidden, Missing, NinewardError, Unauthenticated, Unavailable

Asked = Request[Any, Any, Any]

LANGUAGE_COOKIE = "nineward_language"


def words_of(request: Asked) -> Translator:
    """The words of the language this browser chose, or else prefers."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return translator(chosen if chosen in LANGUAGES else preferred(request.headers.get("accept-language")))


def visitor(request: Asked) -> Viewer:
    """Somebody who has not signed in."""
    return Viewer(words_of(request))


def viewer(request: Asked, house: House, optional_principal: OptionalPrincipal) -> Viewer:
    """Whoever looks at a page. Raises Unauthenticated for somebody who has not signed in."""
    if optional_principal is None:
        raise Unauthenticated("Sign in first.")
    principal = optional_principal
    words = words_of(request)
    return Viewer(
        words,
        name=principal.name,
        role=word(ROLES, principal.role, words),
        may_configure=principal.may(Permission.CONFIGURE),
        may_administer=principal.may(Permission.ADMINISTER),
        may_handle=principal.may(Permission.HANDLE),
        may_improve=principal.may(Permission.IMPROVE),
        open_incidents=incidents_kept.count_open(house, principal),
        signed_in=True,
    )


def place(request: Asked) -> str:
    """Path and query of a request: where a page can be come back to."""
    query = request.scope["query_string"].decode("latin-1")
    return quote(request.url.path, safe="/") + (f"?{query}" if query else "")


def inside(path: str) -> str:
    """``path`` when it leads to a page of this collector, else the overview: links from outside must not lead away."""
    local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if local else "/"


def see_other(path: str) -> Redirect:
    """Go on to another page after something was done."""
    return Redirect(path, status_code=303)


def show_trouble(request: Asked, trouble: NinewardError) -> Response[Any]:
    """A page for an error that a person must read; the way to the sign-in for who must sign in first."""
    if isinstance(trouble, Unauthenticated):
        return _to_sign_in(request)
    someone = visitor(request)
    words = someone.words
    headings = {Missing: words("Not found"), Forbidden: words("Not allowed"), Unavailable: words("Not now")}
    heading = headings.get(type(trouble), words("This did not work"))
    return page("trouble.html", someone, place(request), trouble.status, heading=heading, trouble=str(trouble))


def show_refusal(request: Asked, refusal: HTTPException) -> Response[Any]:
    """A page for what the framework refused: an address with a part that makes no sense."""
    someone = visitor(request)
    heading = someone.words("This did not work")
    return page("trouble.html", someone, place(request), refusal.status_code, heading=heading, trouble=refusal.detail)


def _to_sign_in(request: Asked) -> Response[Any]:
    if request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
        # A link from a ticket or a mail: browsers keep a strict cookie back on the first step from another site.
        # One step within the site, and it is there.
        return page("again.html", visitor(request), place(request))
    back = place(request) if request.method == "GET" else "/"
    return Redirect(f"/sign-in?{urlencode({'back': back})}", status_code=303, headers=HEADERS)
