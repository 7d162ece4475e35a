"""/reports: issuing, listing, fetching and verifying reports; /rebuild: whether the state agrees with the log."""

import re
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.params import JSONBody, Parameter

from collector.access import require
from collector.api.given import House, Principal
from collector.api.paging import Cursor, Limit
from collector.rebuild import rebuild
from collector.reports import formats
from collector.reports.edition import Edition, edition
from collector.reports.kinds import Kind
from collector.reports.naming import stem
from collector.reports.readers import readable, require_issuer, require_readable
from collector.roles import Permission
from collector.store import reports
from collector.store.reports import Issued
from collector.texts import translator
from rules.errors import Invalid, Missing

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
"""On every file of a report: a page that stands for itself, of which nothing runs and which fetches nothing."""

LARGEST = 64 << 20
"""Largest file (bytes) taken for verification: a page of thousands of targets is some megabytes."""


@dataclass(frozen=True, slots=True)
class ReportSpec:
    """A report to issue: month 2026-10, quarter 2026-Q4, year 2026, or special INC-2026-000123, in whose zone.

    About the whole organisation, or an edition about one ``service`` or about what ``select`` names (customer=acme).
    """

    name: str
    kind: str = Kind.MONTH.value
    tz: str = ""
    lang: str = ""
    service: str = ""
    select: str = ""


@dataclass(frozen=True, slots=True)
class CommentSpec:
    """What somebody says of a measure that was missed; without a measure of the report as a whole."""

    text: str
    measure: str = ""


class Reports(Controller):
    path = "/reports"
    tags = ("reports",)

    @get(sync_to_thread=True)
    def all(
        self,
        house: House,
        principal: Principal,
        cursor: Cursor = None,
        limit: Limit = 100,
        service: Annotated[str, Parameter(description="only editions about this service")] = "",
        select: Annotated[str, Parameter(description="only editions about this selector")] = "",
    ) -> dict[str, Any]:
        """The issued reports, the newest first. Somebody with a scope is told of the editions inside it."""
        require(principal, Permission.READ)
        found, following = readable_page(house, principal, cursor, limit, asked(house, service, select))
        return {"items": [told(issued, principal, house) for issued in found], "next": following}

    @post(sync_to_thread=True)
    def issue(self, house: House, principal: Principal, data: JSONBody[ReportSpec]) -> dict[str, Any]:
        """Compute, seal and keep a report, or an edition of it. Before the period's end it is a draft."""
        require(principal, Permission.REPORT, {**principal.scope})
        tz, part = data.tz or house.settings.tz, asked(house, data.service, data.select)
        about = house.archive.about(data.kind, data.name, tz, part)
        require_issuer(principal, about)
        # Refused before anything is issued, which could not be taken back.
        lang = translator(data.lang or house.settings.language).language
        with house.progress.work("report") as tell:
            issued = house.archive.issue(data.kind, data.name, tz, principal, tell, part)
            # The page as issued is kept with the data, so that it can be told from one that was changed.
            house.archive.file(issued.id, "html", lang)
        return told(issued, principal, house)

    @get("/{file:str}", sync_to_thread=True)
    def file(self, house: House, principal: Principal, file: str, lang: str | None = None) -> Response[bytes]:
        """An issued report as ``{id}.{format}``, in the language ``lang``."""
        key, dot, form = file.rpartition(".")
        if not dot:
            raise Missing("A report is asked for by its id and a format: r_….html")
        with house.state.read() as tx:
            issued = reports.get(tx, key)
            require_readable(tx, principal, issued)
        found, lang = formats.find(form), lang or house.settings.language
        content, media = house.archive.file(key, form, lang)
        ending = f"{lang}.{found.EXTENSION}" if found.LANGUAGES else found.EXTENSION
        name = f"{stem(issued.name, issued.as_json()['edition'], zone_of(issued, house))}.{ending}"
        headers = {
            # RFC 6266: the second one for the names that the first cannot write.
            "Content-Disposition": f"inline; filename=\"nineward-{key}.{ending}\"; filename*=UTF-8''{quote(name)}",
            **HEADERS,
        }
        # The framework names the character set of a text itself.
        return Response(content, media_type=media.partition(";")[0], headers=headers)

    @get("/{key:str}/remarks", sync_to_thread=True)
    def remarks(self, house: House, principal: Principal, key: str) -> dict[str, Any]:
        """What people say of an issued report: comments on missed measures, and approvals."""
        require(principal, Permission.READ)
        whole(principal)
        return {**house.remarks.of(key), "missed": house.remarks.missed(key)}

    @post("/{key:str}/comments", sync_to_thread=True)
    def comment(self, house: House, principal: Principal, key: str, data: JSONBody[CommentSpec]) -> dict[str, Any]:
        """Say something about a measure that the report shows as missed, or about the report as a whole."""
        return house.remarks.comment(key, data.measure, data.text, principal).as_json()

    @post("/{key:str}/approve", sync_to_thread=True, status_code=200)
    def approve(self, house: House, principal: Principal, key: str) -> dict[str, Any]:
        """Stand for a frozen report by name. Signed-in persons only; not who had it issued."""
        return house.remarks.approve(key, principal).as_json()

    @get("/{key:str}/mail", sync_to_thread=True)
    def mail(self, house: House, principal: Principal, key: str) -> dict[str, Any]:
        """How far the letter of a report has come; ``letter`` is null where none is to be sent."""
        require(principal, Permission.READ)
        whole(principal)
        letter = house.mailing.of(key)
        return {"letter": None if letter is None else letter.as_json()}

    @post("/{key:str}/mail/release", sync_to_thread=True, status_code=200)
    def release(self, house: House, principal: Principal, key: str) -> dict[str, Any]:
        """Send a parked letter again."""
        require(principal, Permission.REPORT)
        return {"letter": house.mailing.release(key).as_json()}

    @post("/verify", sync_to_thread=True, status_code=200, request_max_body_size=LARGEST)
    def verify(self, house: House, principal: Principal, body: bytes) -> dict[str, Any]:
        """Whether an issued file (the bytes of a page or document) holds, is broken, or has lost its evidence."""
        require(principal, Permission.READ)
        if not body:
            raise Invalid("Send the file's content as the body.")
        return house.archive.verify(body, principal)


@post("/rebuild", sync_to_thread=True, status_code=200, tags=["operation"])
def rebuilt(house: House, principal: Principal) -> dict[str, Any]:
    """Fold the whole log again, aside, and tell every row in which the state in use differs from it."""
    require(principal, Permission.AUDIT)
    with house.progress.work("rebuild") as tell:
        return rebuild(house, house.clock.now(), tell)


def read_cursor(cursor: str | None) -> tuple[int, str] | None:
    """The place in the list that a cursor names. Raises Invalid."""
    if cursor is None:
        return None
    issued_at, dot, key = cursor.partition(".")
    if not dot or not re.fullmatch(r"\d{1,15}", issued_at, re.ASCII):
        raise Invalid("This cursor is not one that a page of this list gave.")
    return int(issued_at), key


def readable_page(
    house: House, principal: Principal, cursor: str | None, limit: int, edition: Edition | None = None
) -> tuple[list[Issued], str | None]:
    """At most ``limit`` reports that somebody may read, the newest first, and the cursor of those that follow."""
    found: list[Issued] = []
    place = read_cursor(cursor)
    while True:
        part = house.archive.listed(limit, place, edition)
        with house.state.read() as tx:
            found += [issued for issued in part if readable(tx, principal, issued)]
        if len(found) >= limit:
            last = found[limit - 1]
            return found[:limit], f"{last.issued_at}.{last.id}"
        if len(part) < limit:
            return found, None
        place = part[-1].issued_at, part[-1].id


def asked(house: House, service: str, select: str) -> Edition | None:
    """The edition that is asked for; None for none. Raises Invalid, and Missing for an unknown service."""
    with house.state.read() as tx:
        return edition(tx, service, select)


def told(issued: Issued, principal: Principal, house: House) -> dict[str, Any]:
    """A report as the asker may know it: who had it issued is told to the house.

    ``file`` is the name of its files without their endings.
    """
    said = issued.as_json()
    said["file"] = stem(issued.name, said["edition"], zone_of(issued, house))
    return {**said, "issued_by": ""} if principal.scope else said


def zone_of(issued: Issued, house: House) -> str:
    """The zone of a report that is told in another one than the installation's; empty for its own."""
    return "" if issued.tz == house.settings.tz else issued.tz


def whole(principal: Principal) -> None:
    """What people say of reports tells of persons, so somebody with a scope may not read it. Raises Forbidden."""
    require(principal, Permission.REPORT if principal.scope else Permission.READ)


handlers = [Reports, rebuilt]
