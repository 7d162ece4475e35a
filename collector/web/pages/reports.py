"""The reports: list, one of them, approval and comments, and verification of a file that somebody uploads."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from collector.access import require
from collector.api.paging import Cursor
from collector.api.reports import LARGEST, readable_page
from collector.reports.readers import require_readable
from collector.roles import Permission
from collector.store import reports
from collector.web.pages.desk import Asked, place, see_other
from collector.web.pages.entrance import Form
from collector.web.pages.given import House, Principal, Viewer
from collector.web.rendering import page
from collector.web.views import reports as views
from rules.errors import Conflicting, Forbidden, Invalid

Upload = Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)]

_PAGE = 50


@get("/reports", sync_to_thread=True)
def show(request: Asked, house: House, principal: Principal, viewer: Viewer, cursor: Cursor = None) -> Response[str]:
    """The issued reports, the newest first."""
    return _listed(house, principal, viewer, place(request), cursor)


@post("/reports/verify", sync_to_thread=True, status_code=200, request_max_body_size=LARGEST)
def verify(house: House, principal: Principal, viewer: Viewer, data: Upload) -> Response[str]:
    """What can be said of an uploaded file; nothing of it is kept."""
    require(principal, Permission.READ)
    found = views.verified(house.archive.verify(data.file.read(), principal), house.settings.tz, viewer.words)
    return _listed(house, principal, viewer, "/reports", None, found, data.filename)


@get("/reports/{key:str}", sync_to_thread=True)
def show_one(request: Asked, house: House, principal: Principal, viewer: Viewer, key: str) -> Response[str]:
    """One report: its files, what people say of it, whether it was mailed."""
    return _one(house, principal, viewer, place(request), key)


@post("/reports/{key:str}/approve", sync_to_thread=True, status_code=303)
def approve(house: House, principal: Principal, viewer: Viewer, key: str) -> Response[Any]:
    """Approve it, and come back; what cannot be approved is said there."""
    try:
        house.remarks.approve(key, principal)
    except (Conflicting, Forbidden) as wrong:
        return _one(house, principal, viewer, f"/reports/{key}", key, str(wrong), wrong.status)
    return see_other(f"/reports/{key}")


@post("/reports/{key:str}/comment", sync_to_thread=True, status_code=303)
def comment(house: House, principal: Principal, viewer: Viewer, key: str, data: Form) -> Response[Any]:
    """Say something about a missed measure or the whole report, and come back."""
    try:
        house.remarks.comment(key, data.get("measure", ""), data.get("text", ""), principal)
    except (Invalid, Forbidden) as wrong:
        return _one(house, principal, viewer, f"/reports/{key}", key, str(wrong), wrong.status)
    return see_other(f"/reports/{key}")


def _listed(
    house: House,
    principal: Principal,
    viewer: Viewer,
    path: str,
    cursor: str | None,
    verified: views.Verified | None = None,
    file: str = "",
) -> Response[str]:
    require(principal, Permission.READ)
    found, following = readable_page(house, principal, cursor, _PAGE)
    tz, older = house.settings.tz, following or ""
    with house.state.read() as tx:
        newer = [reports.newer(tx, one) for one in found]
    rows = [
        views.row(one, other, house.remarks.of(one.id)["approvals"], tz, viewer.words, outside=bool(principal.scope))
        for one, other in zip(found, newer, strict=True)
    ]
    return page("reports.html", viewer, path, rows=rows, older=older, zone=tz, verified=verified, file=file)


def _one(
    house: House, principal: Principal, viewer: Viewer, path: str, key: str, trouble: str = "", status: int = 200
) -> Response[str]:
    words, tz, outside = viewer.words, house.settings.tz, bool(principal.scope)
    with house.state.read() as tx:
        issued = reports.get(tx, key)
        require_readable(tx, principal, issued)
        newer = reports.newer(tx, issued)
    remarks, letter = house.remarks.of(key), None if outside else house.mailing.of(key)
    approver = principal.kind == "person" and principal.may(Permission.APPROVE) and not outside
    mine = any(one["by"] == principal.name for one in remarks["approvals"])
    other = house.settings.one_person or issued.author != principal.id
    return page(
        "report.html",
        viewer,
        path,
        status,
        row=views.row(issued, newer, remarks["approvals"], tz, words, outside=outside),
        zone=tz,
        outside=outside,
        comments=[] if outside else views.comments(remarks["comments"], tz, words),
        missed=[(one, views.measure(one, words)) for one in house.remarks.missed(key)],
        may_approve=approver and other and not mine and issued.revision > 0 and newer is None,
        letter="" if letter is None else views.letter(letter.state, letter.answer, words),
        trouble=trouble,
    )


handlers = [show, verify, show_one, approve, comment]
